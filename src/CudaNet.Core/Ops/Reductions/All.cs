namespace CudaNet.Ops
{
    /// <summary>True if every element is not 0.</summary>
    internal sealed class All : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "All",
            Formula = "true if every element is not 0 along axes",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples = Samples.Reduction((x, axes, keep) => x.All(axes, keep), Domain.Mask, differentiable: false),
            Refusals = [Samples.BadAxis(x => x.All(2)), Samples.RepeatedAxis(x => x.All([0, -2]))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>As Bool, true if every element is not 0 along axes (all of them if none is named); true over nothing.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor All(Axes? axes = null, bool keepDims = false) => To(DType.Bool).Min(axes, keepDims);
    }
}
