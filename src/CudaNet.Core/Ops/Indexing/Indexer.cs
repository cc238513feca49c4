namespace CudaNet.Ops
{
    /// <summary>The indexer <c>x[…]</c>: slices and new axes by views, tensors of integers by <see cref="FlatIndex"/> and
    /// <see cref="Take"/>, masks by the places where they are true.</summary>
    internal sealed class Indexer : IOpDefinition
    {
        private static readonly SampleInput Cube = new([3, 4, 5], Domain.Any);

        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Indexer",
            Formula = "x[…] by the rules of NumPy",
            DTypes = DTypes.All,
            Samples =
            [
                new("elements", [Cube], x => x[0][1, -1, 2]),
                new("ranges", [Cube], x => x[0][1.., ..^1, 1..3]),
                new("element and ranges", [Cube], x => x[0][^1, 1..3]),
                new("ellipsis", [Cube], x => x[0][TensorIndex.Ellipsis, 0]),
                new("new axes", [Cube], x => x[0][TensorIndex.NewAxis, 1, .., TensorIndex.NewAxis]),
                new("steps", [Cube], x => x[0][TensorIndex.Every(2), TensorIndex.Every(-1), TensorIndex.Slice(4, 0, -3)]),
                new("rows by a tensor", [Cube], x => x[0][Tensor.From(2, 0, -1, 2)]),
                new("columns by a matrix", [Cube], x => x[0][.., .., Tensor.From(new long[,] { { 4, 0 }, { -5, 1 } })]),
                new("two neighbouring tensors", [Cube], x => x[0][.., Tensor.From(0, 3, 1), Tensor.From(4, 0, -1)]),
                new("two tensors apart", [Cube], x => x[0][Tensor.From(0, 2), 1..3, Tensor.From(4, 0)]),
                new("tensors that broadcast", [Cube], x => x[0][Tensor.From(new[,] { { 0 }, { 2 } }), Tensor.From(1, 3, 0)]),
                new("tensor after an element", [Cube], x => x[0][1, .., Tensor.From(0, 0, 4)]),
                new("mask of an axis", [Cube], x => x[0][Tensor.From(true, false, true)]),
                new("mask of two axes", [new([2, 3, 2], Domain.Any)], x => x[0][Tensor.From(new[,] { { true, false, true }, { false, false, true } })]),
                new("no places", [Cube], x => x[0][Tensor.From(Array.Empty<long>(), [0])]),
                new("of a transposed view", [new([4, 5], Domain.Any, SampleView.Transposed)], x => x[0][Tensor.From(3, 1), Tensor.From(0, 4)]),
            ],
            Refusals =
            [
                new("too many", () => Tensor.Zeros([3])[0, 0], @"2 parts .* \[3\], which has 1 ax"),
                new("an element out of range", () => Tensor.Zeros([3])[3], @"index 3 is out of range for axis 0 of \[3\]"),
                new("a range out of range", () => Tensor.Zeros([3])[1..5], @"range 1\.\.5 .* 3 elements"),
                new("two ellipses", () => Tensor.Zeros([3])[TensorIndex.Ellipsis, TensorIndex.Ellipsis], "more than one ellipsis"),
                new("a floating tensor", () => Tensor.Zeros([3])[Tensor.Zeros([1])], "f32"),
                new("a mask of another size", () => Tensor.Zeros([3])[Tensor.From(true, false)], @"mask \[2\]"),
                new("a value out of range", () => Tensor.Zeros([3])[Tensor.From(0, 3)].Realize(), "3 is out of range"),
                new("tensors that do not broadcast", () => Tensor.Zeros([3, 3])[Tensor.From(0, 1), Tensor.From(0, 1, 2)], "do not broadcast"),
            ],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>A part of this tensor by NumPy's rules. Integers, ranges, slices and new axes give a view; tensors of
        /// integers (negative ones count from the end) gather; masks read their values at once, since the result's size
        /// depends on them.</summary>
        /// <exception cref="AxisException">There are more parts than axes, or one is out of range.</exception>
        /// <exception cref="ShapeException">Index tensors do not broadcast, or a mask has another shape than its axes.</exception>
        /// <exception cref="DTypeException">An index tensor is floating.</exception>
        /// <exception cref="IndexValueException">When it runs: a value of an index tensor is out of range.</exception>
        [System.Runtime.CompilerServices.IndexerName("Indexed")] // "Item" is the method that reads the one element
        public Tensor this[params ReadOnlySpan<TensorIndex> index]
        {
            get
            {
                if (index.Length == 0) throw new AxisException("Indexer: the index is empty. Write TensorIndex.NewAxis for a new axis, TensorIndex.Ellipsis for everything.");
                var parts = Spread(index);
                var view = this;
                var axis = 0; // of the view
                var gathered = new List<(int Axis, Tensor Values)>();
                foreach (var part in parts)
                {
                    switch (part.Kind)
                    {
                        case IndexKind.Element:
                            view = view.Select(axis, view.ElementOf(axis, part.Start!.Value, "Indexer"));
                            break;
                        case IndexKind.Range:
                            view = view.Ranged(axis++, part.Range);
                            break;
                        case IndexKind.Slice:
                            view = view.Slice(axis++, part.Start, part.Stop, part.Step);
                            break;
                        case IndexKind.NewAxis:
                            view = view.Unsqueeze(axis++);
                            break;
                        case IndexKind.Tensor when part.Values!.DType == DType.Bool:
                            var mask = part.Values;
                            if (mask.Rank == 0 || view.Shape.Slice(axis, mask.Rank) != mask.Shape)
                                throw new ShapeException($"Indexer: the mask {mask.Shape} stands for axes of sizes {view.Shape.Slice(axis, mask.Rank)}. They must be equal, and at least one.");
                            foreach (var places in mask.NonZero().Unbind(1)) gathered.Add((axis++, places));
                            break;
                        default:
                            gathered.Add((axis++, part.Values!));
                            break;
                    }
                }
                return gathered.Count == 0 ? view : view.AtPlaces(gathered);
            }
        }

        /// <summary>The parts with the ellipsis written out.</summary>
        private List<TensorIndex> Spread(ReadOnlySpan<TensorIndex> index)
        {
            var (used, ellipsis) = (0, -1);
            for (var k = 0; k < index.Length; k++)
                switch (index[k].Kind)
                {
                    case IndexKind.Ellipsis:
                        ellipsis = ellipsis < 0 ? k : throw new AxisException("Indexer: more than one ellipsis leaves open which axes each stands for.");
                        break;
                    case IndexKind.NewAxis:
                        break;
                    case IndexKind.Tensor when index[k].Values!.DType == DType.Bool:
                        used += index[k].Values!.Rank;
                        break;
                    case IndexKind.Tensor when index[k].Values!.DType.IsFloating():
                        throw new DTypeException($"Indexer: an index tensor of type {index[k].Values!.DType.ShortName()}. Use integers, or truth values for a mask.");
                    default:
                        used++;
                        break;
                }
            if (used > Rank) throw new AxisException($"Indexer: {used} parts take an axis each of {Shape}, which has {Rank} axes.");
            var parts = new List<TensorIndex>(index.Length + Rank);
            for (var k = 0; k < index.Length; k++)
                if (k == ellipsis)
                    for (var n = used; n < Rank; n++) parts.Add(TensorIndex.All);
                else
                    parts.Add(index[k]);
            return parts;
        }

        private Tensor Ranged(int axis, Range range)
        {
            var size = Shape[axis];
            var start = range.Start.IsFromEnd ? size - range.Start.Value : range.Start.Value;
            var stop = range.End.IsFromEnd ? size - range.End.Value : range.End.Value;
            if (start < 0 || stop > size || start > stop)
                throw new AxisException($"Indexer: range {range} does not lie in axis {axis} of {Shape}, which has {size} elements. TensorIndex.Slice cuts off at the end instead.");
            return Part(axis, start, stop - start, 1);
        }

        /// <summary>Gathers along several axes at once. If they are neighbours the result's new axes stand in their place, else in front.</summary>
        private Tensor AtPlaces(List<(int Axis, Tensor Values)> gathered)
        {
            var shape = gathered[0].Values.Shape;
            foreach (var (_, values) in gathered) shape = Shape.Broadcast(shape, values.Shape, "Indexer");
            var first = gathered[0].Axis;
            var source = this;
            if (gathered[^1].Axis != first + gathered.Count - 1)
            {
                var order = new List<int>(Rank);
                foreach (var (axis, _) in gathered) order.Add(axis);
                for (var k = 0; k < Rank; k++) if (!order.Contains(k)) order.Add(k);
                source = Permute([.. order]);
                first = 0;
            }
            var sizes = source.Shape.Slice(first, gathered.Count).ToArray();
            var places = new Tensor[gathered.Count];
            for (var k = 0; k < places.Length; k++) places[k] = gathered[k].Values.To(DType.Int64).ExpandTo(shape);
            var flat = new FlatIndex(sizes, true).Apply(places);
            return new Take(first).Apply(source.Flatten(first, first + gathered.Count - 1), flat);
        }
    }
}
