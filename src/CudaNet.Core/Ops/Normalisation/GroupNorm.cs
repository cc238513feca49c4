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
            var y = this.Floating();
            if (ElementCount > 0)
                y = y.Reshape([Shape[0], groups, ElementCount / Shape[0] / groups]).Standardize(-1, epsilon).Reshape(Shape);
            return Channelwise(y, gamma, beta, "GroupNorm");
        }

        /// <summary>y·γ + β with one γ and β a channel (axis 1).</summary>
        private static Tensor Channelwise(Tensor y, Tensor? gamma, Tensor? beta, string operation)
        {
            if (gamma is not null) y *= PerChannel(gamma, "gamma", y, operation);
            if (beta is not null) y += PerChannel(beta, "beta", y, operation);
            return y;
        }

        /// <summary>[channels] as [channels, 1, …, 1], in the type of x.</summary>
        private static Tensor PerChannel(Tensor values, string name, Tensor x, string operation)
        {
            if (values.Rank != 1 || values.Shape[0] != x.Shape[1])
                throw new ShapeException($"{operation}: {name} is {values.Shape}, but x {x.Shape} has {x.Shape[1]} channels (axis 1). It must be [{x.Shape[1]}].");
            var aligned = new long[x.Rank - 1];
            Array.Fill(aligned, 1);
            aligned[0] = x.Shape[1];
            return values.To(x.DType).Reshape(new Shape(aligned));
        }
    }
}
