using CudaNet.Bench.Measuring;
using static TorchSharp.torch.nn;

namespace CudaNet.Bench.Suites;

/// <summary>2-d convolutions with bias: digit networks, residual blocks, pointwise, strided and depthwise.</summary>
internal static class ConvolutionSuite
{
    internal static readonly Suite Suite = new("conv", "2-d convolutions with bias in f32",
    [
        () => Create(new Case(64, 1, 28, 16, Kernel: 3, Padding: 1)),
        () => Create(new Case(64, 16, 14, 32, Kernel: 3, Padding: 1)),
        () => Create(new Case(8, 64, 56, 64, Kernel: 3, Padding: 1)),
        () => Create(new Case(8, 64, 56, 256, Kernel: 1)),
        () => Create(new Case(8, 128, 28, 128, Kernel: 3, Padding: 1, Stride: 2)),
        () => Create(new Case(1, 3, 224, 64, Kernel: 7, Padding: 3, Stride: 2)),
        () => Create(new Case(8, 64, 56, 64, Kernel: 3, Padding: 1, Groups: 64)),
    ]);

    private readonly record struct Case(int Batch, int Channels, int Size, int Filters, int Kernel, int Padding = 0, int Stride = 1, int Groups = 1)
    {
        internal int OutputSize => (Size + 2 * Padding - Kernel) / Stride + 1;

        internal int WeightCount => Filters * Channels / Groups * Kernel * Kernel;

        public override string ToString() =>
            $"{Batch}x{Channels}x{Size}x{Size} -> {Filters} k{Kernel} p{Padding} s{Stride}{(Groups > 1 ? $" g{Groups}" : "")}";
    }

    private static Workload Create(Case shape)
    {
        var channelsPerGroup = shape.Channels / shape.Groups;
        var inputs = channelsPerGroup * shape.Kernel * shape.Kernel;
        long[] stride = [shape.Stride, shape.Stride], padding = [shape.Padding, shape.Padding], dilation = [1, 1];
        var outputs = (double)shape.Batch * shape.Filters * shape.OutputSize * shape.OutputSize;
        var images = (long)shape.Batch * shape.Channels * shape.Size * shape.Size;
        return Sides.Create($"conv2d {shape}", 2 * outputs * inputs, 4 * (images + shape.WeightCount + outputs),
            [
                (Inputs.Normal(images, seed: 1), [shape.Batch, shape.Channels, shape.Size, shape.Size]),
                (Inputs.Weights(shape.WeightCount, inputs, seed: 2), [shape.Filters, channelsPerGroup, shape.Kernel, shape.Kernel]),
                (Inputs.Normal(shape.Filters, seed: 3), [shape.Filters]),
            ],
            x => x[0].Conv2d(x[1], x[2], stride: shape.Stride, padding: shape.Padding, groups: shape.Groups),
            x => functional.conv2d(x[0], x[1], x[2], stride, padding, dilation, shape.Groups));
    }
}
