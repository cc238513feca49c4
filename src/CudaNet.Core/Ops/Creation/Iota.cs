using CudaNet.Graphs;

namespace CudaNet.Ops
{
    /// <summary>The numbers 0, 1, …, length − 1.</summary>
    public sealed record Iota(long Length, DType Type) : Op<Iota>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Iota",
            Formula = "y[i] = i",
            DTypes = [DType.Float32],
            GradientOrder = 0,
            Samples =
            [
                .. DTypes.All.Where(type => type != DType.Bool).Select(type => new Sample($"{type}", [], _ => Tensor.Iota(7, type))),
                new("none", [], _ => Tensor.Iota(0)), new("one", [], _ => Tensor.Iota(1)), new("many", [], _ => Tensor.Iota(1037, DType.Int32)),
            ],
            Refusals = [new("a negative length", () => Tensor.Iota(-1), "-1"), new("truth values", () => Tensor.Iota(2, DType.Bool), "Bool")],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => new([Length], Type);

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(Autodiff.GradientContext context) => [];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>The numbers 0, 1, …, length − 1; nothing is stored until it is read.</summary>
        /// <exception cref="ShapeException">The length is negative.</exception>
        /// <exception cref="DTypeException">The type is Bool.</exception>
        public static Tensor Iota(long length, DType type = DType.Int64, Device? device = null)
        {
            if (length < 0) throw new ShapeException($"Iota: a length of {length} is negative.");
            if (type == DType.Bool) throw new DTypeException("Iota: Bool cannot count. Use an integer or floating type.");
            return new(new Node(new Iota(length, type), [], new([length], type), device ?? Device.Default));
        }
    }
}
