namespace CudaNet.Ops
{
    /// <summary>x above a threshold, a fixed value elsewhere. Not the step function: that is <see cref="Heaviside"/>.</summary>
    internal sealed class Threshold : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Threshold",
            Formula = "x > θ ? x : v",
            GradientOrder = 1,
            Samples =
            [
                .. Samples.Unary(x => x.Threshold(0.5, -2), new(-3, 3) { Kinks = [0.5] }),
            ],
            Refusals = [],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>x where it is above the threshold and the value elsewhere, element by element; NaN stays NaN. Integers give
        /// Float32. The step function is <see cref="Heaviside"/>.</summary>
        public Tensor Threshold(double threshold, double value)
        {
            var x = this.Floating();
            return (x <= threshold).Where(value, x);
        }
    }
}
