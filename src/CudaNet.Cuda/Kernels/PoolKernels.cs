using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>pool.cu</c>. A pooling is written as a convolution of each channel by itself.</summary>
public static class PoolKernels
{
    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("pool", "Maximum and mean over windows, forward and backward.",
        [.. KernelTypes.Floats.Select(Spec)],
        [Sample("max_pool"), Sample("max_pool_backward"), Sample("avg_pool"), Sample("avg_pool_backward")]);

    /// <summary>The specialisation for a type.</summary>
    public static KernelSpec Spec(string type) => KernelSpec.Of("pool", $"T={type}");

    /// <summary>One of the kernels over all elements of its result.</summary>
    public static KernelLaunch Launch(string entry, string type, in PoolArguments arguments) => new(Spec(type), entry, (int)((arguments.Count + 255L) / 256), 256);

    /// <summary>The arguments without addresses, of pooling or its gradient.</summary>
    /// <param name="p">The windows.</param>
    /// <param name="counted">How far behind the input the border counts in a mean along D, H and W; −1 where no border counts.</param>
    /// <param name="backward">Whether the result is like the input.</param>
    public static PoolArguments Arguments(ConvProblem p, (int D, int H, int W) counted, bool backward)
    {
        int images = p.Images * p.Groups * p.Channels, slice = backward ? p.H.Input * p.W.Input : p.H.Output * p.W.Output, plane = backward ? p.InputPlane : p.OutputPlane;
        return new()
        {
            Count = checked(images * plane),
            D = new(p.D, counted.D),
            H = new(p.H, counted.H),
            W = new(p.W, counted.W),
            Image = new(plane),
            Slice = new(slice),
            Row = new(backward ? p.W.Input : p.W.Output),
        };
    }

    private static KernelSample Sample(string entry)
    {
        var axis = new ConvAxisShape(64, 32, 2, 2, 0, 1);
        var problem = new ConvProblem(4, 1, 1, 1, ConvAxisShape.None, axis, axis);
        bool backward = entry.EndsWith("_backward", StringComparison.Ordinal);
        var arguments = Arguments(problem, (0, 0, 0), backward);
        SampleBuffer x = new("f32", problem.Elements.Input), y = new("f32", problem.Elements.Output), first = new("i32", problem.Elements.Output, SampleFill.Indices, 4096);
        SampleBuffer[] buffers = backward ? [y, x with { Fill = SampleFill.Unwritten }, first] : [x, y with { Fill = SampleFill.Unwritten }];
        return new(Launch(entry, "f32", arguments), buffers, p => [KernelArgument.Of(arguments with { Source = p[0], Result = p[1], First = entry == "max_pool_backward" ? p[2] : default })])
        {
            MinimalBytes = buffers.Sum(buffer => buffer.Bytes),
        };
    }
}
