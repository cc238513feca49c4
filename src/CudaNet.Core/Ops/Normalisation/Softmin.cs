namespace CudaNet.Ops
{
    /// <summary>Softmax of −x.</summary>
    internal sealed class Softmin : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Softmin",
            Formula = "exp(−xᵢ)/Σⱼ exp(−xⱼ)",
            ToleranceScale = 4, // as Softmax: exp, a sum and a division
            Samples =
            [
                .. NormalisationSamples.AlongAxis((x, axis) => x.Softmin(axis)),
            ],
            Refusals = [Samples.BadAxis(x => x.Softmin(2))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>e⁻ˣ/Σe⁻ˣ along an axis: the least element gets the most. Integers give Float32.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public Tensor Softmin(int axis = -1)
        {
            Shape.Axis(axis, "Softmin");
            return (-this.Floating()).Softmax(axis);
        }
    }
}
