namespace CudaNet.Ops
{
    /// <summary>Logical or of Bool, bit by bit for integers.</summary>
    public sealed record LogicalOr : Logic<LogicalOr>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "LogicalOr",
            Formula = "a | b",
            DTypes = Types,
            GradientOrder = 0,
            Samples = Samples.Binary((a, b) => a | b, Domain.Integers(0, 5), differentiable: false, extremes: false),
            Refusals = [Samples.MismatchedShapes((a, b) => (a > 0) | (b > 0)), new("floating", () => Tensor.Zeros([2]) | Tensor.Zeros([2]), "LogicalOr: f32 has no bits.*Compare first")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Logical or of Bool, bit by bit for integers, element by element.</summary>
        /// <exception cref="DTypeException">The types are floating.</exception>
        public static Tensor operator |(Tensor a, Tensor b) => Elementwise.Binary(new LogicalOr(), a, b);

        /// <inheritdoc cref="op_BitwiseOr(Tensor, Tensor)"/>
        public static Tensor operator |(Tensor a, Scalar b) => Elementwise.Binary(new LogicalOr(), a, b);

        /// <inheritdoc cref="op_BitwiseOr(Tensor, Tensor)"/>
        public static Tensor operator |(Scalar a, Tensor b) => Elementwise.Binary(new LogicalOr(), a, b);
    }
}
