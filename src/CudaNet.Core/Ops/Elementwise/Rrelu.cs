namespace CudaNet.Ops
{
    /// <summary>max(x, 0) with a random slope below 0 (Xu, Wang, Chen, Li 2015).</summary>
    internal sealed class Rrelu : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Rrelu",
            Formula = "x > 0 ? x : a·x, a uniform in [l, u) an element in training, (l + u)/2 else",
            GradientOrder = 1,
            Samples =
            [
                .. Samples.Unary(x => x.Rrelu(), Domain.NonZero),
                .. Samples.Unary(x => x.Rrelu(training: true, stream: new RandomStream(7)), Domain.NonZero),
                new("negative slopes", [new([131], Domain.NonZero)], x => x[0].Rrelu(-1, 2, training: true, stream: new RandomStream(7))),
            ],
            Refusals = [new("bounds the wrong way round", () => Tensor.Zeros([2]).Rrelu(1, 0.5), "lower 1 .*upper 0.5")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>x above 0 and a·x below: in training a is drawn uniformly in [lower, upper) for each element, else it is
        /// their mean. The gradient uses the drawn slopes.</summary>
        /// <param name="lower">Least slope.</param>
        /// <param name="upper">Greatest slope.</param>
        /// <param name="training">True to draw the slopes.</param>
        /// <param name="stream">Where they come from; the default stream if null.</param>
        /// <exception cref="ShapeException">lower is above upper.</exception>
        public Tensor Rrelu(double lower = 1.0 / 8, double upper = 1.0 / 3, bool training = false, RandomStream? stream = null)
        {
            if (!(lower <= upper)) throw new ShapeException($"Rrelu: lower {lower} must not be above upper {upper}.");
            if (!training) return LeakyRelu((lower + upper) / 2);
            var x = this.Floating();
            // In half types a slope that is rounded before the product would be off by as much again.
            var wide = x.Widened();
            var slopes = (stream ?? RandomStream.Default).Uniform(Shape, lower, upper, wide.DType);
            return (x > 0).Where(x, (wide * slopes).To(x.DType));
        }
    }
}
