using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Tensors one after the other along an axis.</summary>
    public sealed record Concat(int Axis) : Op<Concat>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Concat",
            Formula = "y = [x₀; x₁; …] along an axis",
            DTypes = DTypes.All,
            Samples =
            [
                Of("vectors", 0, new([3], Domain.Any), new([5], Domain.Any)),
                Of("rows", 0, new([2, 5], Domain.Any), new([3, 5], Domain.Any), new([1, 5], Domain.Any)),
                Of("columns", -1, new([3, 2], Domain.Any), new([3, 5], Domain.Any)),
                Of("middle axis", 1, new([2, 1, 3], Domain.Any), new([2, 4, 3], Domain.Any)),
                Of("one alone", 0, new SampleInput([3, 2], Domain.Any)),
                Of("with an empty one", 0, new([0, 3], Domain.Any), new([2, 3], Domain.Any), new([0, 3], Domain.Any)),
                Of("all empty", 1, new([2, 0], Domain.Any), new([2, 0], Domain.Any)),
                Of("views", 0, new([3, 5], Domain.Any, SampleView.Transposed), new([2, 5], Domain.Any, SampleView.Flipped), new([2, 5], Domain.Any, SampleView.Stretched)),
                Of("strided columns", 1, new([3, 5], Domain.Any, SampleView.Strided), new([3, 2], Domain.Any)),
                Of("long", 0, new([1037], Domain.Any), new([3], Domain.Any)),
            ],
            Refusals =
            [
                new("sizes that differ elsewhere", () => Tensor.Concat([Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4])]), @"Concat: \[2, 3\] and \[2, 4\] differ beside axis 0"),
                new("nothing", () => Tensor.Concat([]), "at least one tensor"),
                new("scalars", () => Tensor.Concat([Tensor.Zeros([]), Tensor.Zeros([])]), "Stack"),
                new("an axis out of range", () => Tensor.Concat([Tensor.Zeros([2, 3])], 2), "axis 2 is out of range"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var first = inputs[0];
            long size = 0;
            foreach (var input in inputs)
            {
                if (input.Shape.Rank != first.Shape.Rank || input.Shape.Without(Axis) != first.Shape.Without(Axis))
                    throw new ShapeException($"Concat: {first.Shape} and {input.Shape} differ beside axis {Axis}. Only that axis may differ.");
                if (input.DType != first.DType) throw new DTypeException($"Concat: {first.DType.ShortName()} and {input.DType.ShortName()}. The Tensor method promotes them.");
                size += input.Shape[Axis];
            }
            return new(first.Shape.With(Axis, size), first.DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var gradients = new Tensor?[context.Inputs.Count];
            long start = 0;
            for (var k = 0; k < gradients.Length; k++)
            {
                var size = context.Inputs[k].Shape[Axis];
                if (context.Needs[k]) gradients[k] = context.Upstream.Narrow(Axis, start, size);
                start += size;
            }
            return gradients;
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
        {
            var batch = inputs.First((_, k) => batched[k]).Shape[0];
            var aligned = new Tensor[inputs.Count];
            for (var k = 0; k < aligned.Length; k++) aligned[k] = batched[k] ? inputs[k] : inputs[k].ExpandTo(inputs[k].Shape.Insert(0, batch));
            return new Concat(Axis + 1).Apply(aligned);
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 0;

        private static Sample Of(string name, int axis, params SampleInput[] inputs) => new(name, inputs, x => Tensor.Concat([.. x], axis));
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Tensors one after the other along an axis that they have. Types are promoted.</summary>
        /// <exception cref="ShapeException">Sizes differ beside that axis, or there is no tensor.</exception>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public static Tensor Concat(ReadOnlySpan<Tensor> tensors, int axis = 0)
        {
            if (tensors.Length == 0) throw new ShapeException("Concat: it needs at least one tensor.");
            if (tensors[0].Rank == 0) throw new ShapeException("Concat: scalars have no axis to join along. Use Stack.");
            axis = tensors[0].Shape.Axis(axis, "Concat");
            return tensors.Length == 1 ? tensors[0] : new Concat(axis).Apply(Promoted(tensors));
        }

        /// <summary>Tensors one after the other along axis 0.</summary>
        /// <inheritdoc cref="Concat(ReadOnlySpan{Tensor}, int)"/>
        public static Tensor Concat(params ReadOnlySpan<Tensor> tensors) => Concat(tensors, 0);

        private static Tensor[] Promoted(ReadOnlySpan<Tensor> tensors)
        {
            var type = tensors[0].DType;
            foreach (var tensor in tensors) type = DTypes.Promote(type, tensor.DType);
            var promoted = new Tensor[tensors.Length];
            for (var k = 0; k < promoted.Length; k++) promoted[k] = tensors[k].To(type);
            return promoted;
        }
    }
}
