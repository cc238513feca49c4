namespace CudaNet.Ops
{
    /// <summary>x limited to an interval, tanh without exponentials.</summary>
    internal sealed class Hardtanh : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Hardtanh",
            Formula = "min(max(x, low), high)",
            GradientOrder = 1,
            Samples =
            [
                .. Samples.Unary(x => x.Hardtanh(), new(-3, 3) { Kinks = [-1, 1] }),
                .. Samples.Unary(x => x.Hardtanh(-2, 0.5), new(-3, 3) { Kinks = [-2, 0.5] }),
            ],
            Refusals = [new("bounds the wrong way round", () => Tensor.Zeros([2]).Hardtanh(1, -1), "low 1 must be below high -1")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>low below low, high above high, x between, element by element. Integers give Float32.</summary>
        /// <exception cref="ShapeException">low is not below high.</exception>
        public Tensor Hardtanh(double low = -1, double high = 1) => low < high
            ? this.Floating().Clamp(low, high)
            : throw new ShapeException($"Hardtanh: low {low} must be below high {high}.");
    }
}
