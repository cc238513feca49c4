namespace CudaNet.Ops
{
    /// <summary>How many elements are not 0.</summary>
    internal sealed class CountNonzero : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "CountNonzero",
            Formula = "Σ [x ≠ 0] along axes",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples = Samples.Reduction((x, axes, keep) => x.CountNonzero(axes, keep), Domain.Integers(0, 2), differentiable: false),
            Refusals = [Samples.BadAxis(x => x.CountNonzero(2)), Samples.RepeatedAxis(x => x.CountNonzero([0, -2]))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>How many elements along axes (all of them if none is named) are not 0, as Int64; NaN counts.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor CountNonzero(Axes? axes = null, bool keepDims = false) => Ne(0).Sum(axes, keepDims);
    }
}
