using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

public static partial class ConvKernels
{
    private static ConvProblem Example
    {
        get
        {
            ConvAxisShape axis = new(8, 8, 3, 1, 1, 1);
            return new(2, 1, 32, 128, ConvAxisShape.None, axis, axis);
        }
    }

    private static KernelSample[] Samples() =>
    [
        Product(MmaSpec("bf16", ConvMode.AlignedPlanes, 128), Example, "bf16"),
        Weights(MmaSpec("bf16", ConvMode.AlignedPlanes, 128), Example, "bf16"),
        Packed(Example),
        Joined(),
    ];

    private static KernelSample[] SimtSamples() => [Product(SimtSpec(128), Example, "f32"), Weights(SimtSpec(128), Example, "f32")];

    private static KernelSample Product(KernelSpec spec, ConvProblem p, string type)
    {
        var arguments = Forward(p, p.Channels * p.Taps);
        var (input, output, weight) = p.Elements;
        return new(Product(spec, arguments, p.Groups), [new(type, input), new(type, weight), new(type, output, SampleFill.Unwritten)],
            pointers => [KernelArgument.Of(arguments with { Source = pointers[0], Weight = pointers[1], Result = pointers[2] })])
        { MinimalFlops = p.Flops };
    }

    private static KernelSample Weights(KernelSpec spec, ConvProblem p, string type)
    {
        var arguments = WeightGradient(p, 1);
        var (input, output, weight) = p.Elements;
        return new(WeightProduct(spec, arguments, p.Groups), [new(type, input), new(type, output), new(type, weight, SampleFill.Unwritten)],
            pointers => [KernelArgument.Of(arguments with { Source = pointers[0], Weight = pointers[1], Result = pointers[2] })])
        { MinimalFlops = p.Flops };
    }

    private static KernelSample Packed(ConvProblem p)
    {
        var arguments = InputGradient(p, "f32")[0].Pack;
        long count = (long)arguments.Groups * arguments.Rows * arguments.Leading;
        return new(Pack("f32", arguments), [new("f32", p.Elements.Weight), new("f32", count, SampleFill.Unwritten)],
            pointers => [KernelArgument.Of(arguments with { Weight = pointers[0], Packed = pointers[1] })])
        { MinimalBytes = 8 * count };
    }

    private static KernelSample Joined()
    {
        const int Size = 4096, Splits = 4;
        return new(Join("f32", Size), [new("f32", Splits * Size), new("f32", Size, SampleFill.Unwritten)], p => [p[0], p[1], (long)Size, Splits]) { MinimalBytes = (Splits + 1) * Size * 4 };
    }
}
