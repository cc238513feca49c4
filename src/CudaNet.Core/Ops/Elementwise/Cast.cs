using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>The same values in another element type.</summary>
    public sealed record Cast(DType To) : Elementwise<Cast>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Cast",
            Formula = "x in another element type: halves round to nearest even, integers truncate, Bool is x ≠ 0",
            DTypes = DTypes.All,
            Samples = [.. DTypes.All.SelectMany(type => Samples.Unary(x => x.To(type), Domain.Positive, differentiable: type == DType.Float64))],
            Refusals = [],
        };

        /// <inheritdoc/>
        protected override DType ResultType(DType input) => To;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
            [context.Inputs[0].DType.IsFloating() && To.IsFloating() ? context.Upstream.To(context.Inputs[0].DType) : null];
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>This tensor in another element type; itself if it has that type already.</summary>
        /// <remarks>Floating to integer truncates towards zero (saturating; NaN gives 0), to Bool asks for ≠ 0.</remarks>
        public Tensor To(DType type) => type == DType ? this : new Cast(type).Apply(this);
    }
}
