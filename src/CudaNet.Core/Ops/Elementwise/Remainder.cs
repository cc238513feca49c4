using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>a − b·⌊a / b⌋: the remainder with the sign of the divisor.</summary>
    public sealed record Remainder : Elementwise<Remainder>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Remainder",
            Formula = "a − b·⌊a / b⌋",
            DTypes = DTypes.Numeric,
            GradientOrder = 1,
            Samples = [.. Samples.Binary((a, b) => a % b, new(2.1, 2.6), new(1.1, 1.4)), .. Samples.Binary((a, b) => a % b, new(-5, 5), Domain.NonZero, differentiable: false)],
            Refusals = [Samples.MismatchedShapes((a, b) => a % b), Samples.DivisionByZero((a, b) => a % b)],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
        [
            context.Upstream,
            context.Needs[1] ? -context.Upstream * context.Inputs[0].FloorDivide(context.Inputs[1]) : null,
        ];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Remainder with the sign of the divisor (Python's <c>%</c>), element by element. An integer divided by 0 raises <see cref="DivideByZeroException"/>.</summary>
        public static Tensor operator %(Tensor a, Tensor b) => Elementwise.Binary(new Remainder(), a, b);

        /// <inheritdoc cref="op_Modulus(Tensor, Tensor)"/>
        public static Tensor operator %(Tensor a, Scalar b) => Elementwise.Binary(new Remainder(), a, b);

        /// <inheritdoc cref="op_Modulus(Tensor, Tensor)"/>
        public static Tensor operator %(Scalar a, Tensor b) => Elementwise.Binary(new Remainder(), a, b);
    }
}
