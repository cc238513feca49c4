namespace CudaNet.Ops
{
    /// <summary>max(x, 0) with a learned slope below 0 (He, Zhang, Ren, Sun 2015).</summary>
    internal sealed class Prelu : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Prelu",
            Formula = "x > 0 ? x : a·x",
            Samples =
            [
                new("one slope", [new([3, 5], Domain.NonZero), new([1], Domain.Any)], x => x[0].Prelu(x[1])) { SumLength = 15 },
                new("a scalar slope", [new([3, 5], Domain.NonZero), new([], Domain.Any)], x => x[0].Prelu(x[1])) { SumLength = 15 },
                new("a slope a channel", [new([2, 3, 4], Domain.NonZero), new([3], Domain.Any)], x => x[0].Prelu(x[1])) { SumLength = 8 },
                new("a slope a feature", [new([7, 5], Domain.NonZero), new([5], Domain.Any)], x => x[0].Prelu(x[1])) { SumLength = 7 },
                new("a vector", [new([9], Domain.NonZero), new([1], Domain.Any)], x => x[0].Prelu(x[1])) { SumLength = 9 },
                new("nothing", [new([0, 3], Domain.NonZero), new([3], Domain.Any)], x => x[0].Prelu(x[1])),
                .. Enum.GetValues<SampleView>().Skip(1).Select(view => new Sample($"{view}", [new([4, 6], Domain.NonZero, view), new([6], Domain.Any)], x => x[0].Prelu(x[1])) { SumLength = 4 }),
                new("extremes", [new([19], Domain.Extremes), new([1], Domain.Positive)], x => x[0].Prelu(x[1])) { Differentiable = false },
            ],
            Refusals = [new("slopes of another size", () => Tensor.Zeros([2, 3]).Prelu(Tensor.Zeros([2])), @"slopes \[2\] for \[2, 3\].*\[3\]")],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>x above 0 and slope·x below, the slope learned: one for all, or one for each channel (axis 1).</summary>
        /// <param name="slope">[] or [1], or [channels].</param>
        /// <exception cref="ShapeException">The slopes are neither one nor as many as channels.</exception>
        /// <remarks>The gradient at 0 is the slope.</remarks>
        public Tensor Prelu(Tensor slope)
        {
            var x = this.Floating();
            var channels = Rank > 1 ? Shape[1] : 1;
            if (slope.Rank > 1 || (slope.ElementCount != 1 && slope.ElementCount != channels))
                throw new ShapeException($"Prelu: slopes {slope.Shape} for {Shape}. Give one slope, or [{channels}], one a channel (axis 1).");
            var a = slope.To(x.DType);
            if (slope.ElementCount == 1) a = a.Reshape([]);
            else if (Rank > 2) a = a.Reshape(new Shape([slope.ElementCount, .. Enumerable.Repeat(1L, Rank - 2)]));
            return (x > 0).Where(x, x * a);
        }
    }
}
