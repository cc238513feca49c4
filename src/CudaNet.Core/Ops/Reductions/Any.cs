namespace CudaNet.Ops
{
    /// <summary>True if any element is not 0.</summary>
    internal sealed class Any : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Any",
            Formula = "true if any element is not 0 along axes",
            DTypes = DTypes.All,
            GradientOrder = 0,
            Samples = Samples.Reduction((x, axes, keep) => x.Any(axes, keep), Domain.Mask, differentiable: false),
            Refusals = [Samples.BadAxis(x => x.Any(2)), Samples.RepeatedAxis(x => x.Any([0, -2]))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>As Bool, true if any element is not 0 along axes (all of them if none is named); false over nothing.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor Any(Axes? axes = null, bool keepDims = false) => To(DType.Bool).Max(axes, keepDims);
    }
}
