namespace CudaNet.Ops
{
    /// <summary>Tensors of one shape along a new axis: a <see cref="Concat"/> of views.</summary>
    internal sealed class Stack : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Stack",
            Formula = "y[k, i…] = xₖ[i…]",
            DTypes = DTypes.All,
            Samples =
            [
                Of("scalars", 0, new([], Domain.Any), new([], Domain.Any), new([], Domain.Any)),
                Of("vectors", 0, new([5], Domain.Any), new([5], Domain.Any)),
                Of("vectors as columns", 1, new([5], Domain.Any), new([5], Domain.Any), new([5], Domain.Any)),
                Of("last axis", -1, new([2, 3], Domain.Any), new([2, 3], Domain.Any, SampleView.Transposed)),
                Of("one alone", 0, new SampleInput([3], Domain.Any)),
                Of("empty", 1, new([0], Domain.Any), new([0], Domain.Any)),
            ],
            Refusals =
            [
                new("shapes that differ", () => Tensor.Stack(Tensor.Zeros([2]), Tensor.Zeros([3])), @"Stack: \[2\] and \[3\] differ"),
                new("nothing", () => Tensor.Stack(), "at least one tensor"),
                new("an axis out of range", () => Tensor.Stack([Tensor.Zeros([2])], 2), "axis 2 is out of range"),
            ],
        };

        private static Sample Of(string name, int axis, params SampleInput[] inputs) => new(name, inputs, x => Tensor.Stack([.. x], axis));
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>Tensors of one shape along a new axis. Types are promoted.</summary>
        /// <param name="tensors">The tensors, at least one.</param>
        /// <param name="axis">Where the new axis goes in the result; −1 is the end.</param>
        /// <exception cref="ShapeException">The shapes differ, or there is no tensor.</exception>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int axis = 0)
        {
            if (tensors.Length == 0) throw new ShapeException("Stack: it needs at least one tensor.");
            var shape = tensors[0].Shape;
            axis = NewAxisOf(shape, axis, "Stack");
            var rows = new Tensor[tensors.Length];
            for (var k = 0; k < rows.Length; k++)
            {
                if (tensors[k].Shape != shape) throw new ShapeException($"Stack: {shape} and {tensors[k].Shape} differ. All shapes must be equal; use Concat to join along an axis.");
                rows[k] = tensors[k].Reshape(shape.Insert(axis, 1));
            }
            return Concat(rows, axis);
        }

        /// <summary>Tensors of one shape along a new axis 0.</summary>
        /// <inheritdoc cref="Stack(ReadOnlySpan{Tensor}, int)"/>
        public static Tensor Stack(params ReadOnlySpan<Tensor> tensors) => Stack(tensors, 0);

        /// <summary>Where a new axis goes, counted from the front, from a place that may be negative (−1 is the end).</summary>
        internal static int NewAxisOf(Shape shape, int axis, string operation) => shape.Insert(0, 1).Axis(axis, operation);
    }
}
