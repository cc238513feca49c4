using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Smaller of a and b; NaN if either is. A tie sends the gradient to a.</summary>
    public sealed record Minimum : Elementwise<Minimum>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Minimum",
            Formula = "min(a, b)",
            DTypes = DTypes.All,
            GradientOrder = 1,
            Samples = Samples.Binary((a, b) => a.Minimum(b), new(-3, 3), new(-2.9, 3.1)),
            Refusals = [Samples.MismatchedShapes((a, b) => a.Minimum(b))],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => Partials(context);

        private static Tensor?[] Partials(GradientContext context)
        {
            var second = context.Inputs[0] > context.Inputs[1];
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
        /// <summary>Smaller of two tensors, element by element; NaN if either is NaN. Where both are equal, the gradient goes to this tensor.</summary>
        public Tensor Minimum(Tensor other) => Elementwise.Binary(new Minimum(), this, other);

        /// <inheritdoc cref="Minimum(Tensor)"/>
        public Tensor Minimum(Scalar other) => Elementwise.Binary(new Minimum(), this, other);
    }
}
