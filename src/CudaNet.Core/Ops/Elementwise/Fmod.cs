using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>a − b·trunc(a / b): the remainder with the sign of the dividend.</summary>
    public sealed record Fmod : Elementwise<Fmod>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Fmod",
            Formula = "a − b·trunc(a / b)",
            DTypes = DTypes.Numeric,
            GradientOrder = 1,
            Samples = [.. Samples.Binary((a, b) => a.Fmod(b), new(2.1, 2.6), new(1.1, 1.4)), .. Samples.Binary((a, b) => a.Fmod(b), new(-5, 5), Domain.NonZero, differentiable: false)],
            Refusals = [Samples.MismatchedShapes((a, b) => a.Fmod(b)), Samples.DivisionByZero((a, b) => a.Fmod(b))],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
        [
            context.Upstream,
            context.Needs[1] ? -context.Upstream * (context.Inputs[0] / context.Inputs[1]).Trunc() : null,
        ];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Remainder with the sign of the dividend (C's <c>fmod</c>), element by element. An integer divided by 0 raises <see cref="DivideByZeroException"/>.</summary>
        public Tensor Fmod(Tensor other) => Elementwise.Binary(new Fmod(), this, other);

        /// <inheritdoc cref="Fmod(Tensor)"/>
        public Tensor Fmod(Scalar other) => Elementwise.Binary(new Fmod(), this, other);
    }
}
