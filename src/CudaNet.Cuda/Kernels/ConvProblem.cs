using CudaNet.Ops;

namespace CudaNet.Cuda.Kernels;

/// <summary>A spatial axis of a convolution.</summary>
/// <param name="Input">Elements of the input.</param>
/// <param name="Output">Elements of the output.</param>
/// <param name="Kernel">Elements of the window.</param>
/// <param name="Stride">Step of the window.</param>
/// <param name="Low">Zeros before the input.</param>
/// <param name="Dilation">Distance of the window's elements.</param>
public readonly record struct ConvAxisShape(int Input, int Output, int Kernel, int Stride, int Low, int Dilation)
{
    /// <summary>The axis that is not there.</summary>
    public static ConvAxisShape None { get; } = new(1, 1, 1, 1, 0, 1);
}

/// <summary>Sizes of a convolution as kernels see it: three spatial axes, the first ones of one element where there are fewer.</summary>
/// <param name="Images">Examples.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Channels">Input channels of a group.</param>
/// <param name="Rows">Output channels of a group.</param>
/// <param name="D">First axis.</param>
/// <param name="H">Second axis.</param>
/// <param name="W">Last axis.</param>
public sealed record ConvProblem(int Images, int Groups, int Channels, int Rows, ConvAxisShape D, ConvAxisShape H, ConvAxisShape W)
{
    /// <summary>Elements of a channel of the input.</summary>
    public int InputPlane => D.Input * H.Input * W.Input;

    /// <summary>Elements of a channel of the output.</summary>
    public int OutputPlane => D.Output * H.Output * W.Output;

    /// <summary>Elements of the window.</summary>
    public int Taps => D.Kernel * H.Kernel * W.Kernel;

    /// <summary>Elements of the input, output and weights.</summary>
    public (long Input, long Output, long Weight) Elements =>
        ((long)Images * Groups * Channels * InputPlane, (long)Images * Groups * Rows * OutputPlane, (long)Groups * Rows * Channels * Taps);

    /// <summary>Whether a window of one element moves over the input without a step or a border.</summary>
    public bool IsPointwise => Taps == 1 && (D.Stride, H.Stride, W.Stride) == (1, 1, 1) && (D.Low, H.Low, W.Low) == (0, 0, 0) && InputPlane == OutputPlane;

    /// <summary>Multiplications and additions of the formula, borders included.</summary>
    public long Flops => 2 * Elements.Output * Channels * Taps;

    /// <summary>From the shapes of x [images, channels, spatial…], w [out channels, channels / groups, window…] and y.</summary>
    public static ConvProblem Of(ConvGeometry geometry, Shape x, Shape w, Shape y)
    {
        ConvAxisShape Axis(int fromLast)
        {
            int k = geometry.Spatial - 1 - fromLast, axis = k + 2;
            return k < 0 ? ConvAxisShape.None
                : new(checked((int)x[axis]), checked((int)y[axis]), checked((int)w[axis]), checked((int)geometry.Stride[k]), checked((int)geometry.Low[k]), checked((int)geometry.Dilation[k]));
        }

        return new(checked((int)x[0]), geometry.Groups, checked((int)w[1]), checked((int)(w[0] / geometry.Groups)), Axis(2), Axis(1), Axis(0));
    }
}
