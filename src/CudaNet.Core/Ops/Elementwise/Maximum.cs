using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Larger of a and b; NaN if either is. A tie sends the gradient to a.</summary>
    public sealed record Maximum : Elementwise<Maximum>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Maximum",
            Formula = "max(a, b)",
            DTypes = DTypes.All,
            GradientOrder = 1,
            Samples = Samples.Binary((a, b) => a.Maximum(b), new(-3, 3), new(-2.9, 3.1)),
            Refusals = [Samples.MismatchedShapes((a, b) => a.Maximum(b))],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => Partials(context);

        private static Tensor?[] Partials(GradientContext context)
        {
            var second = context.Inputs[0] < context.Inputs[1];
            return
            [
                context.Needs[0] ? second.Where(0, context.Upstream) : null,
                context.Needs[1] ? second.Where(context.Upstream, 0) : null,
            ];
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Larger of two tensors, element by element; NaN if either is NaN. Where both are equal, the gradient goes to this tensor.</summary>
        public Tensor Maximum(Tensor other) => Elementwise.Binary(new Maximum(), this, other);

        /// <inheritdoc cref="Maximum(Tensor)"/>
        public Tensor Maximum(Scalar other) => Elementwise.Binary(new Maximum(), this, other);
    }
}
