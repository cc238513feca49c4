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
        () => Create(new Case(32, 64, 56, 64, Kernel: 3, Padding: 1)),
        () => Gradients(new Case(8, 64, 56, 64, Kernel: 3, Padding: 1)),
        () => Gradients(new Case(8, 64, 56, 256, Kernel: 1)),
        () => Gradients(new Case(8, 64, 56, 64, Kernel: 3, Padding: 1, Groups: 64)),
        () => Transposed(8, 64, 28, 32),
        () => MaxPool(32, 64, 56),
    ]);

    private readonly record struct Case(int Batch, int Channels, int Size, int Filters, int Kernel, int Padding = 0, int Stride = 1, int Groups = 1)
    {
        internal int OutputSize => (Size + 2 * Padding - Kernel) / Stride + 1;

        internal long Images => (long)Batch * Channels * Size * Size;

        internal int InputsOfOutput => Channels / Groups * Kernel * Kernel;

        internal double Outputs => (double)Batch * Filters * OutputSize * OutputSize;

        internal double Flops => 2 * Outputs * InputsOfOutput;

        internal int WeightCount => Filters * Channels / Groups * Kernel * Kernel;

        public override string ToString() =>
            $"{Batch}x{Channels}x{Size}x{Size} -> {Filters} k{Kernel} p{Padding} s{Stride}{(Groups > 1 ? $" g{Groups}" : "")}";
    }

    private static Workload Create(Case shape)
    {
        (float[], long[])[] inputs =
        [
            (Inputs.Normal(shape.Images, seed: 1), [shape.Batch, shape.Channels, shape.Size, shape.Size]),
            (Inputs.Weights(shape.WeightCount, shape.InputsOfOutput, seed: 2), [shape.Filters, shape.Channels / shape.Groups, shape.Kernel, shape.Kernel]),
            (Inputs.Normal(shape.Filters, seed: 3), [shape.Filters]),
        ];
        long[] stride = [shape.Stride, shape.Stride], padding = [shape.Padding, shape.Padding], dilation = [1, 1];
        return Sides.Create($"conv2d {shape}", shape.Flops, 4 * (shape.Images + shape.WeightCount + shape.Outputs), inputs,
            x => x[0].Conv2d(x[1], x[2], stride: shape.Stride, padding: shape.Padding, groups: shape.Groups),
            x => functional.conv2d(x[0], x[1], x[2], stride, padding, dilation, shape.Groups),
            onnx: () => new OnnxPeer("Conv", [("strides", stride), ("pads", new long[] { shape.Padding, shape.Padding, shape.Padding, shape.Padding }), ("group", (long)shape.Groups)],
                inputs, constants: 2, [shape.Batch, shape.Filters, shape.OutputSize, shape.OutputSize]));
    }

    /// <summary>Gradients by the images, the weights and the bias.</summary>
    private static Workload Gradients(Case shape)
    {
        long[] stride = [shape.Stride, shape.Stride], padding = [shape.Padding, shape.Padding], dilation = [1, 1];
        return Sides.CreateMany($"conv2d with gradients {shape}", 3 * shape.Flops, 4 * (3 * shape.Images + 3 * shape.WeightCount + 3 * shape.Outputs),
            [
                (Inputs.Normal(shape.Images, seed: 1), [shape.Batch, shape.Channels, shape.Size, shape.Size]),
                (Inputs.Weights(shape.WeightCount, shape.InputsOfOutput, seed: 2), [shape.Filters, shape.Channels / shape.Groups, shape.Kernel, shape.Kernel]),
                (Inputs.Normal((long)shape.Outputs, seed: 3), [shape.Batch, shape.Filters, shape.OutputSize, shape.OutputSize]),
            ],
            x =>
            {
                var result = x[0].Conv2d(x[1], null, stride: shape.Stride, padding: shape.Padding, groups: shape.Groups);
                return [result, .. Vjp.Of(result, x[2], x[0], x[1])];
            },
            x => Sides.PeerGradients(x, 2, leaves => functional.conv2d(leaves[0], leaves[1], null, stride, padding, dilation, shape.Groups)));
    }

    private static Workload Transposed(int batch, int channels, int size, int filters)
    {
        // Doubles the image: kernel 4, stride 2, padding 1.
        const int kernel = 4;
        var outputs = (double)batch * filters * 4 * size * size;
        return Sides.Create($"transposed {batch}x{channels}x{size}x{size} -> {filters} k4 p1 s2", 2 * outputs * channels * kernel * kernel / 4,
            4 * ((double)batch * channels * size * size + (double)channels * filters * kernel * kernel + outputs),
            [
                (Inputs.Normal((long)batch * channels * size * size, seed: 1), [batch, channels, size, size]),
                (Inputs.Weights((long)channels * filters * kernel * kernel, channels * kernel, seed: 2), [channels, filters, kernel, kernel]),
            ],
            x => x[0].ConvTranspose2d(x[1], stride: 2, padding: 1),
            x => functional.conv_transpose2d(x[0], x[1], null, [2, 2], [1, 1]));
    }

    private static Workload MaxPool(int batch, int channels, int size)
    {
        var elements = (double)batch * channels * size * size;
        (float[], long[])[] inputs = [(Inputs.Normal((long)elements, seed: 1), [batch, channels, size, size])];
        return Sides.Create($"max pool 2 {batch}x{channels}x{size}x{size}", elements, 4 * elements * 1.25, inputs,
            x => x[0].MaxPool2d(2), x => functional.max_pool2d(x[0], 2),
            onnx: () => new OnnxPeer("MaxPool", [("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 })], inputs, constants: 0, [batch, channels, size / 2, size / 2]));
    }
}
