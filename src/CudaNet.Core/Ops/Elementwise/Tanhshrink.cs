namespace CudaNet.Ops
{
    /// <summary>What tanh takes away.</summary>
    internal sealed class Tanhshrink : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Tanhshrink",
            Formula = "x − tanh x",
            Samples =
            [
                .. Samples.Unary(x => x.Tanhshrink()),
                .. Samples.Unary(x => x.Tanhshrink(), new(-0.4, 0.4), extremes: false),
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
        /// <summary>x − tanh x, element by element; exact near 0 too, where the difference would cancel. Integers give Float32.</summary>
        public Tensor Tanhshrink()
        {
            var type = this.Floating().DType;
            var x = this.Floating().Widened();
            var isSmall = x.Abs() < 0.25;
            // Taylor's series to x¹³: beyond it is less than 10⁻⁹ of the value. Elsewhere its argument is 0, since a power that
            // overflows would make its unused gradient NaN.
            var near = isSmall.Where(x, 0);
            var square = near * near;
            var series = square * (-21844.0 / 6081075) + 1382.0 / 155925;
            foreach (var c in (double[])[-62.0 / 2835, 17.0 / 315, -2.0 / 15, 1.0 / 3]) series = series * square + c;
            return isSmall.Where(series * square * near, x - x.Tanh()).To(type);
        }
    }
}
