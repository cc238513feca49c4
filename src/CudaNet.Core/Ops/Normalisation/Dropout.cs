namespace CudaNet.Ops
{
    /// <summary>Zeros at random places, the rest scaled so that the mean stays (Srivastava et al. 2014).</summary>
    internal sealed class Dropout : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Dropout",
            Formula = "y = x·m/(1 − p), m = 1 with probability 1 − p, else 0",
            Samples =
            [
                Of("half", [3, 5], 0.5), Of("few", [1037], 0.1), Of("none", [3, 5], 0), Of("all", [3, 5], 1), Of("empty", [0, 3], 0.5), Of("scalar", [], 0.5),
                Of("transposed", [3, 5], 0.5, SampleView.Transposed), Of("strided", [3, 5], 0.5, SampleView.Strided),
            ],
            Refusals = [new("a probability above one", () => Tensor.Zeros([3]).Dropout(1.5, new RandomStream(1)), "probability 1.5 must be in 0 … 1")],
        };

        private static Sample Of(string name, Shape shape, double probability, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Any, view)], x => x[0].Dropout(probability, new RandomStream(7)));
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Zeros elements at random with a probability, and scales the others by 1/(1 − p). For training; in inference leave it out.</summary>
        /// <param name="probability">Share of elements that become 0.</param>
        /// <param name="stream">Where random numbers come from; the default stream if null.</param>
        /// <exception cref="ShapeException">The probability is not in 0 … 1.</exception>
        public Tensor Dropout(double probability = 0.5, RandomStream? stream = null)
        {
            if (probability is not (>= 0 and <= 1)) throw new ShapeException($"Dropout: the probability {probability} must be in 0 … 1.");
            var x = this.Floating();
            if (probability == 0) return x;
            if (probability == 1) return x.ZerosLike();
            var kept = (stream ?? RandomStream.Default).Uniform(Shape) >= probability;
            return kept.Where(x * (1 / (1 - probability)), 0);
        }
    }
}
