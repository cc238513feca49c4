using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>The angle of the point (x = b, y = a).</summary>
    public sealed record Atan2 : Elementwise<Atan2>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Atan2",
            Formula = "atan2(a, b)",
            Samples = Samples.Binary((a, b) => a.Atan2(b), Domain.NonZero, Domain.NonZero),
            Refusals = [Samples.MismatchedShapes((a, b) => a.Atan2(b))],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => Partials(context);

        private static Tensor?[] Partials(GradientContext context)
        {
            var (y, x) = (context.Inputs[0], context.Inputs[1]);
            var scaled = context.Upstream / (x * x + y * y);
            return [context.Needs[0] ? scaled * x : null, context.Needs[1] ? -scaled * y : null];
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>The angle in radians of the points with ordinate this and abscissa <paramref name="other"/>, element by element. Integers give Float32.</summary>
        public Tensor Atan2(Tensor other) => Elementwise.Binary(new Atan2(), this, other, floating: true);

        /// <inheritdoc cref="Atan2(Tensor)"/>
        public Tensor Atan2(Scalar other) => Elementwise.Binary(new Atan2(), this, other, floating: true);
    }
}
