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
        public override double? Fold(ReadOnlySpan<double> values) => To.IsFloating() ? values[0] : To == DType.Bool ? (values[0] != 0 ? 1 : 0) : double.IsFinite(values[0]) ? Math.Truncate(values[0]) : null;

        /// <inheritdoc/>
        public override Tensor? Simplify(IReadOnlyList<Tensor> inputs) =>
            // A detour through a type that holds all values of the source changes nothing.
            inputs[0].Node is { IsRealized: false, Op: Cast } inner && inner.Inputs[0].DType == To && Holds(inner.DType, To)
                ? new(inner.Inputs[0])
                : null;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
            [context.Inputs[0].DType.IsFloating() && To.IsFloating() ? context.Upstream.To(context.Inputs[0].DType) : null];

        private static bool Holds(DType wide, DType narrow) =>
            narrow == DType.Bool || (narrow, wide) is (DType.Float16 or DType.BFloat16, DType.Float32 or DType.Float64) or (DType.Float32, DType.Float64)
                or (DType.UInt8, DType.Int32 or DType.Int64) or (DType.Int32, DType.Int64);
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
