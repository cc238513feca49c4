using System.Diagnostics.CodeAnalysis;

namespace CudaNet.Ops
{
    /// <summary>Batch normalisation (Ioffe, Szegedy 2015): <see cref="Standardize"/> over all axes but the channels in
    /// training, given statistics in inference.</summary>
    internal sealed class BatchNorm : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "BatchNorm",
            Formula = "(x − μ)/√(σ² + ε)·γ + β a channel, with statistics of the batch or given ones",
            ToleranceScale = 8, // a difference of close numbers, divided by a root
            Samples =
            [
                Training("images", [4, 3, 2, 5]), Training("sequence", [3, 4, 5]), Training("vectors", [7, 3]), Training("one channel", [5, 1, 3]),
                Training("transposed", [3, 4, 5], SampleView.Transposed), Training("strided", [3, 4, 5], SampleView.Strided), Training("flipped", [3, 4, 5], SampleView.Flipped),
                Inference("inference, images", [2, 3, 2, 2]), Inference("inference, vectors", [7, 3]), Inference("inference, no examples", [0, 3, 2]),
                new("statistics of the batch", [new([4, 3, 5], Domain.Any)], x => { var (_, mean, variance) = x[0].BatchNormTraining(); return mean + variance; }) { SumLength = 20 },
            ],
            Refusals =
            [
                new("a scale of another size", () => Tensor.Zeros([2, 4, 3]).BatchNormTraining(Tensor.Ones([3])).Normalized, @"gamma is \[3\]"),
                new("a mean of another size", () => Tensor.Zeros([2, 4, 3]).BatchNorm(Tensor.Ones([3]), Tensor.Ones([4])), @"mean is \[3\]"),
                new("a single value a channel", () => Tensor.Zeros([1, 4]).BatchNormTraining().Normalized, "more than one value a channel"),
                new("a vector", () => Tensor.Zeros([4]).BatchNormTraining().Normalized, "batch, channels"),
            ],
        };

        private static Sample Training(string name, Shape shape, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Any, view), new([shape[1]], Domain.Any), new([shape[1]], Domain.Any)], x => x[0].BatchNormTraining(x[1], x[2]).Normalized)
            {
                SumLength = shape.ElementCount,
            };

        private static Sample Inference(string name, Shape shape) =>
            new(name,
                [new(shape, Domain.Any), new([shape[1]], Domain.Any), new([shape[1]], Domain.Positive), new([shape[1]], Domain.Any), new([shape[1]], Domain.Any)],
                x => x[0].BatchNorm(x[1], x[2], x[3], x[4]));
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Batch normalisation of [batch, channels, …] by given statistics: the form of inference.</summary>
        /// <param name="mean">Mean a channel.</param>
        /// <param name="variance">Variance a channel.</param>
        /// <param name="gamma">Scale a channel; null for none.</param>
        /// <param name="beta">Shift a channel; null for none.</param>
        /// <param name="epsilon">Added to the variance.</param>
        /// <exception cref="ShapeException">A vector has not the size of the channels.</exception>
        public Tensor BatchNorm(Tensor mean, Tensor variance, Tensor? gamma = null, Tensor? beta = null, double epsilon = 1e-5)
        {
            RequireChannels("BatchNorm");
            var x = this.Floating();
            var scale = (PerChannel(variance, "variance", x, "BatchNorm") + epsilon).Rsqrt();
            var y = (x - PerChannel(mean, "mean", x, "BatchNorm")) * scale;
            if (gamma is not null) y *= PerChannel(gamma, "gamma", x, "BatchNorm");
            return beta is null ? y : y + PerChannel(beta, "beta", x, "BatchNorm");
        }

        /// <summary>Batch normalisation of [batch, channels, …] by the statistics of the batch: the form of training.</summary>
        /// <param name="gamma">Scale a channel; null for none.</param>
        /// <param name="beta">Shift a channel; null for none.</param>
        /// <param name="epsilon">Added to the variance.</param>
        /// <returns>The result, and the batch's mean and biased variance a channel, for running statistics.</returns>
        /// <exception cref="ShapeException">gamma or beta has another size, or there is only one value a channel.</exception>
        public (Tensor Normalized, Tensor Mean, Tensor Variance) BatchNormTraining(Tensor? gamma = null, Tensor? beta = null, double epsilon = 1e-5)
        {
            RequireChannels("BatchNormTraining");
            if (ElementCount > 0 && ElementCount == Shape[1])
                throw new ShapeException($"BatchNormTraining: x {Shape} has one value a channel, whose variance is 0. Training needs more than one value a channel; BatchNorm takes given statistics.");
            var x = this.Floating();
            int[] axes = [0, .. Enumerable.Range(2, Rank - 2)];
            var y = x.Standardize(axes, epsilon, PerChannel(gamma, "gamma", x, "BatchNormTraining"), PerChannel(beta, "beta", x, "BatchNormTraining"));
            // The same expression as in Standardize, so that the planner computes it once where that has no kernel.
            var (mean, variance) = Moments.Of(x.Widened(), axes);
            return (y, mean.Reshape([Shape[1]]), variance.Reshape([Shape[1]]));
        }

        private void RequireChannels(string operation)
        {
            if (Rank < 2) throw new ShapeException($"{operation}: x {Shape} is not [batch, channels, …].");
        }

        /// <summary>[channels] as [1, channels, 1, …, 1], in the type of x.</summary>
        [return: NotNullIfNotNull(nameof(values))]
        private static Tensor? PerChannel(Tensor? values, string name, Tensor x, string operation)
        {
            if (values is null) return null;
            if (values.Rank != 1 || values.Shape[0] != x.Shape[1])
                throw new ShapeException($"{operation}: {name} is {values.Shape}, but x {x.Shape} has {x.Shape[1]} channels (axis 1). It must be [{x.Shape[1]}].");
            var aligned = new long[x.Rank];
            Array.Fill(aligned, 1);
            aligned[1] = x.Shape[1];
            return values.To(x.DType).Reshape(new Shape(aligned));
        }
    }
}
