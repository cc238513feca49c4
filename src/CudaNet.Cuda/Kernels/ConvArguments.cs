using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>A spatial axis of a launch: the positions in the result are First + q·Step, their taps in the source lie at
/// Origin + q·Stride + j·Dilation.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ConvAxis
{
    /// <summary>Positions in the result.</summary>
    public int First, Step;

    /// <summary>Taps in the source.</summary>
    public int Origin, Stride, Dilation;

    /// <summary>Elements of the source.</summary>
    public int Size;
}

/// <summary>The one argument of the products in <c>conv.cu</c>, laid out as there.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ConvArguments
{
    /// <summary>What is read; for the gradient by the weights, Weight is the upstream gradient. Bias and Residual may be null.</summary>
    public CudaDevicePointer Source, Weight, Bias, Residual;

    /// <summary>What is written; Partial, [splits, …] of f32, instead where the sum is split.</summary>
    public CudaDevicePointer Result, Partial;

    /// <summary>Elements of an image with all channels.</summary>
    public long SourceImage, ResultImage;

    /// <summary>Elements of a channel, and of a row and a slice of the result's.</summary>
    public int SourcePlane, ResultPlane, ResultRow, ResultSlice;

    /// <summary>Result and source channels of a group; length of the sum, or columns of weights; elements of a row of weights.</summary>
    public int Rows, Channels, Taps, Leading;

    /// <summary>Images times positions.</summary>
    public int Columns;

    /// <summary>Parts of the sum over columns; the number of the activation; 1 where the residual is added before it.</summary>
    public int Splits, Activation, ResidualFirst;

    /// <summary>Factor of the residual.</summary>
    public float Beta;

    /// <summary>The spatial axes.</summary>
    public ConvAxis D, H, W;

    /// <summary>Positions of an image, a slice, a row; taps of a channel, a slice, a row.</summary>
    public KernelDivisor Places, PlacesHW, PlacesW, AllTaps, TapsHW, TapsW;
}

/// <summary>The one argument of <c>conv_pack</c>, laid out as there.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ConvPackArguments
{
    /// <summary>Weights, and where their rows go.</summary>
    public CudaDevicePointer Weight, Packed;

    /// <summary>Sizes of the packed weights; whether rows are the weights' second axis.</summary>
    public int Groups, Rows, Channels, Leading, Transposed;

    /// <summary>Which taps are taken.</summary>
    public int FirstD, FirstH, FirstW, StepD, StepH, StepW;

    /// <summary>Taps of the weights.</summary>
    public int KernelD, KernelH, KernelW;

    /// <summary>Taps that are taken, of a channel, a slice, a row.</summary>
    public KernelDivisor Taps, TapsHW, TapsW;
}
