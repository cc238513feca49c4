using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>The second argument of the transforms in <c>conv_winograd.cu</c>, laid out as there.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct WinogradTiles
{
    private readonly int _count;
    private readonly KernelDivisor _image, _row;

    /// <summary>The tiles of 2 × 2 results.</summary>
    public WinogradTiles(int images, int height, int width)
    {
        int rows = (height + 1) / 2, columns = (width + 1) / 2;
        (_count, _image, _row) = (checked(images * rows * columns), new(rows * columns), new(columns));
    }

    /// <summary>All of them.</summary>
    public int Count => _count;
}

/// <summary>Launches of <c>conv_winograd.cu</c>.</summary>
public static class WinogradKernels
{
    /// <summary>Matrices, one for each element of a transformed window.</summary>
    public const int Matrices = 16;

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("conv_winograd", "Transforms of Winograd's convolution of 3 × 3 around 16 matrix products.", [Spec], Samples());

    /// <summary>The one specialisation, for f32.</summary>
    public static KernelSpec Spec => KernelSpec.Of("conv_winograd");

    /// <summary>Whether the method knows such a convolution.</summary>
    public static bool Knows(ConvProblem p) => p.Groups == 1 && p.D == ConvAxisShape.None && Knows(p.H) && Knows(p.W);

    /// <summary>The convolution, or its gradient by the source, as <see cref="ConvKernels.Forward"/> describes it, and its tiles.</summary>
    public static (ConvArguments Arguments, WinogradTiles Tiles) Plan(ConvProblem p, bool backward)
    {
        static ConvAxisShape Turned(ConvAxisShape a) => a with { Input = a.Output, Output = a.Input, Low = 2 - a.Low };
        var problem = backward ? p with { Channels = p.Rows, Rows = p.Channels, H = Turned(p.H), W = Turned(p.W) } : p;
        return (ConvKernels.Forward(problem, 0), new(p.Images, problem.H.Output, problem.W.Output));
    }

    /// <summary><c>winograd_weights</c>.</summary>
    public static KernelLaunch Weights(in ConvArguments arguments) => new(Spec, "winograd_weights", (int)(((long)arguments.Rows * arguments.Channels + 255) / 256), 256);

    /// <summary><c>winograd_source</c>.</summary>
    public static KernelLaunch Source(in ConvArguments arguments, WinogradTiles tiles) => new(Spec, "winograd_source", new Dim3((tiles.Count + 255) / 256, arguments.Channels), 256);

    /// <summary><c>winograd_result</c>.</summary>
    public static KernelLaunch Result(in ConvArguments arguments, WinogradTiles tiles) => new(Spec, "winograd_result", new Dim3((tiles.Count + 255) / 256, arguments.Rows), 256);

    /// <summary>The products between the transforms.</summary>
    public static GemmArguments Products(in ConvArguments arguments, WinogradTiles tiles) => new()
    {
        M = arguments.Rows,
        N = tiles.Count,
        K = arguments.Channels,
        LeadingA = arguments.Channels,
        LeadingB = tiles.Count,
        LeadingC = tiles.Count,
        StrideA = (long)arguments.Rows * arguments.Channels,
        StrideB = (long)arguments.Channels * tiles.Count,
        StrideC = (long)arguments.Rows * tiles.Count,
        Splits = 1,
        Alpha = 1,
    };

    private static bool Knows(ConvAxisShape a) => a is { Kernel: 3, Stride: 1, Dilation: 1, Low: <= 2 } && a.Output - a.Input + 2 - a.Low <= 2;

    private static KernelSample[] Samples()
    {
        ConvAxisShape axis = new(32, 32, 3, 1, 1, 1);
        var (arguments, tiles) = Plan(new(2, 1, 16, 16, ConvAxisShape.None, axis, axis), backward: false);
        SampleBuffer x = new("f32", 2 * 16 * 1024), w = new("f32", 16 * 16 * 9), u = new("f32", Matrices * 256), v = new("f32", (long)Matrices * 16 * tiles.Count);
        static SampleBuffer Out(SampleBuffer buffer) => buffer with { Fill = SampleFill.Unwritten };
        return
        [
            new(Weights(arguments), [w, Out(u)], p => [p[0], p[1], 16, 16, 0]) { MinimalBytes = w.Bytes + u.Bytes },
            new(Source(arguments, tiles), [x, Out(v)], p => [KernelArgument.Of(arguments with { Source = p[0] }), KernelArgument.Of(tiles), p[1]]) { MinimalBytes = x.Bytes + v.Bytes },
            new(Result(arguments, tiles), [v, Out(x)], p => [KernelArgument.Of(arguments with { Result = p[1] }), KernelArgument.Of(tiles), p[0]]) { MinimalBytes = x.Bytes + v.Bytes },
        ];
    }
}
