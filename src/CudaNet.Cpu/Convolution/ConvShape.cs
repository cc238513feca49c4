using CudaNet.Ops;

namespace CudaNet.Cpu.Convolution;

/// <summary>Sizes of a convolution, with one and two spatial axes written as three (the first ones of size 1).</summary>
/// <remarks>Letters of the field: N examples, C channels in, O channels out, G groups; D, H, W spatial; a window of K elements.</remarks>
internal sealed class ConvShape
{
    public ConvShape(ConvGeometry geometry, Shape x, Shape w, Shape y)
    {
        (N, C, O, G) = (x[0], x[1], w[0], geometry.Groups);
        Input = Three(x, 2, 1);
        Kernel = Three(w, 2, 1);
        Output = Three(y, 2, 1);
        Stride = Three(geometry.Stride, 0, 1);
        Low = Three(geometry.Low, 0, 0);
        High = Three(geometry.High, 0, 0);
        Dilation = Three(geometry.Dilation, 0, 1);
        InputSize = Input.D * Input.H * Input.W;
        OutputSize = Output.D * Output.H * Output.W;
        KernelSize = Kernel.D * Kernel.H * Kernel.W;
        IsPointwise = KernelSize == 1 && Stride == (1, 1, 1) && Low == (0, 0, 0) && High == (0, 0, 0);
    }

    public long N { get; }

    public long C { get; }

    public long O { get; }

    public long G { get; }

    /// <summary>Channels in of a group.</summary>
    public long GroupC => C / G;

    /// <summary>Channels out of a group.</summary>
    public long GroupO => O / G;

    /// <summary>Rows of the matrix of windows: channels of a group by elements of the window.</summary>
    public long Rows => GroupC * KernelSize;

    public (long D, long H, long W) Input { get; }

    public (long D, long H, long W) Kernel { get; }

    public (long D, long H, long W) Output { get; }

    public (long D, long H, long W) Stride { get; }

    public (long D, long H, long W) Low { get; }

    public (long D, long H, long W) High { get; }

    public (long D, long H, long W) Dilation { get; }

    public long InputSize { get; }

    public long OutputSize { get; }

    public long KernelSize { get; }

    /// <summary>A 1×1 window at stride 1: the input is its own matrix of windows.</summary>
    public bool IsPointwise { get; }

    private static (long, long, long) Three(Shape sizes, int from, long missing)
    {
        var count = sizes.Rank - from;
        long At(int axis) => axis < 3 - count ? missing : sizes[from + axis - (3 - count)];
        return (At(0), At(1), At(2));
    }
}
