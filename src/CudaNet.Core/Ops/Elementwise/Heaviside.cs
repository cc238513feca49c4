namespace CudaNet.Ops
{
    /// <summary>The step function.</summary>
    internal sealed class Heaviside : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Heaviside",
            Formula = "x > 0 ? 1 : x < 0 ? 0 : h",
            GradientOrder = 0,
            Samples =
            [
                .. Samples.Unary(x => x.Heaviside(), differentiable: false),
                .. Samples.Unary(x => x.Heaviside(0.5, straightThrough: true), Domain.Integers(-1, 1), differentiable: false, extremes: false),
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
        /// <summary>The step function, 1 above 0 and 0 below, element by element; NaN stays NaN. Integers give Float32.</summary>
        /// <param name="atZero">The value at 0.</param>
        /// <param name="straightThrough">False for the true gradient, which is 0: what lies before learns nothing. True for the
        /// straight-through estimate, which passes the gradient on unchanged (Bengio, Léonard, Courville 2013).</param>
        public Tensor Heaviside(double atZero = 1, bool straightThrough = false)
        {
            var x = this.Floating();
            var fixedX = x.Detach();
            // (1 + sign x)/2 away from 0; a comparison alone would lose NaN.
            var step = x.IsNan().Where(fixedX, x.Eq(0).Where(atZero, (x > 0).To(x.DType)));
            // x − x is an exact 0 for finite x, and only the gradient stays.
            return straightThrough ? step + (x - fixedX) : step.Detach();
        }
    }
}
