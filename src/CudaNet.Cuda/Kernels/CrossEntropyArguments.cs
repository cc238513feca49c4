using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>The argument of the kernels in <c>cross_entropy.cu</c>, laid out as there.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CrossEntropyArguments
{
    /// <summary>Logits [rows, n].</summary>
    public CudaDevicePointer Logits;

    /// <summary>Class numbers.</summary>
    public CudaDevicePointer Targets;

    /// <summary>Weights of the classes [n], null for ones.</summary>
    public CudaDevicePointer Weights;

    /// <summary>Upstream gradient of each row; of the backward kernel only.</summary>
    public CudaDevicePointer Upstream;

    /// <summary>Losses [rows], or the gradient [rows, n].</summary>
    public CudaDevicePointer Result;

    /// <summary>The record that takes a class out of range, null for none.</summary>
    public CudaDevicePointer Error;

    /// <summary>By whom it is reported.</summary>
    public ulong Token;

    /// <summary>The class of rows that do not count, where <see cref="Ignores"/>.</summary>
    public long Ignore;

    /// <summary>Elements from a row's target, or upstream gradient, to the next one's.</summary>
    public long TargetStride, UpstreamStride;

    /// <summary>Classes; bytes of a target; 1 if a class is ignored.</summary>
    public int N, TargetBytes, Ignores;

    /// <summary>Share of the loss that is spread over all classes.</summary>
    public float Smoothing;
}
