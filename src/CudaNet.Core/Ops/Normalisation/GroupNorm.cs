namespace CudaNet.Ops
{
    /// <summary>Normalisation over groups of channels of each example (Wu, He 2018): a reshape around <see cref="Standardize"/>.</summary>
    internal sealed class GroupNorm : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "GroupNorm",
            Formula = "(x − μ)/√(σ² + ε)·γ + β with statistics over each group of channels of an example",
            ToleranceScale = 8, // a difference of close numbers, divided by a root
            Samples =
            [
                Of("two groups", [3, 4, 5], 2), Of("one group", [2, 4, 2, 3], 1), Of("a group a channel", [2, 3, 7], 3), Of("no spatial axes", [3, 6], 2),
                Of("no examples", [0, 4, 3], 2), Of("transposed", [2, 4, 5], 2, SampleView.Transposed), Of("strided", [2, 4, 5], 2, SampleView.Strided),
                new("without scale", [new([2, 4, 3], Domain.Any)], x => x[0].GroupNorm(2)) { SumLength = 6 },
            ],
            Refusals =
            [
                new("channels that do not divide", () => Tensor.Zeros([2, 5, 3]).GroupNorm(2), "5 channels.*2 groups"),
                new("a scale of another size", () => Tensor.Zeros([2, 4, 3]).GroupNorm(2, Tensor.Ones([3])), @"gamma is \[3\]"),
                new("a vector", () => Tensor.Zeros([4]).GroupNorm(2), "batch, channels"),
            ],
        };

        private static Sample Of(string name, Shape shape, int groups, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Any, view), new([shape[1]], Domain.Any), new([shape[1]], Domain.Any)], x => x[0].GroupNorm(groups, x[1], x[2]))
            {
                SumLength = Math.Max(1, shape.ElementCount),
            };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Group normalisation of [batch, channels, …].</summary>
        /// <param name="groups">Number of groups; divides the channels.</param>
        /// <param name="gamma">Scale a channel; null for none.</param>
        /// <param name="beta">Shift a channel; null for none.</param>
        /// <param name="epsilon">Added to the variance.</param>
        /// <exception cref="ShapeException">The channels do not divide, or gamma or beta has another size.</exception>
        public Tensor GroupNorm(int groups, Tensor? gamma = null, Tensor? beta = null, double epsilon = 1e-5)
        {
            if (Rank < 2) throw new ShapeException($"GroupNorm: x {Shape} is not [batch, channels, …].");
            if (groups < 1 || Shape[1] % groups != 0)
                throw new ShapeException($"GroupNorm: the {Shape[1]} channels of x {Shape} do not divide into {groups} groups. Choose a divisor.");
            var x = this.Floating();
            // Each group gets an axis: [batch, groups, channels of a group, elements of a channel].
            Shape Grouped(Shape shape) => [shape[0], groups, shape[1] / groups, shape.Slice(2, shape.Rank - 2).ElementCount];
            Tensor? Weights(Tensor? values, string name) => PerChannel(values, name, x, "GroupNorm") is { } weights ? weights.Reshape(Grouped(weights.Shape)) : null;
            var (scale, shift) = (Weights(gamma, "gamma"), Weights(beta, "beta"));
            return ElementCount == 0 ? x : x.Reshape(Grouped(Shape)).Standardize([2, 3], epsilon, scale, shift).Reshape(Shape);
        }
    }
}
