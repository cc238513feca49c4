using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>A spatial axis of pooling, laid out as in <c>pool.cu</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct PoolAxis
{
    private readonly int _input, _output, _kernel, _stride, _low, _dilation, _counted;
    private readonly KernelDivisor _byStride, _byDilation;

    /// <summary>An axis, and how far behind the input the border counts in a mean; −1 where no border counts.</summary>
    public PoolAxis(ConvAxisShape axis, int counted)
    {
        (_input, _output, _kernel, _stride, _low, _dilation, _counted) = (axis.Input, axis.Output, axis.Kernel, axis.Stride, axis.Low, axis.Dilation, counted);
        (_byStride, _byDilation) = (new(axis.Stride), new(axis.Dilation));
    }
}

/// <summary>The one argument of the kernels in <c>pool.cu</c>, laid out as there.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PoolArguments
{
    /// <summary>What is read, and what is written, which <c>max_pool</c> may leave out.</summary>
    public CudaDevicePointer Source, Result;

    /// <summary>The place of each window's first maximum, 32 bits each.</summary>
    public CudaDevicePointer First;

    /// <summary>Elements of the result.</summary>
    public int Count;

    /// <summary>The spatial axes.</summary>
    public PoolAxis D, H, W;

    /// <summary>Elements of an image, a slice and a row of the result.</summary>
    public KernelDivisor Image, Slice, Row;
}
