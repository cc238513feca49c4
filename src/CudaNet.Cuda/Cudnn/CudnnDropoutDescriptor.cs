using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>A dropout with the states of its random numbers.</summary>
public sealed unsafe class CudnnDropoutDescriptor : IDisposable
{
    private readonly CudnnDescriptor _handle = new(&CudnnApi.cudnnCreateDropoutDescriptor, &CudnnApi.cudnnDestroyDropoutDescriptor, nameof(CudnnApi.cudnnCreateDropoutDescriptor));

    /// <summary>Describes one.</summary>
    /// <param name="cudnn">The library.</param>
    /// <param name="probability">Part of the values that are set to zero.</param>
    /// <param name="states">Memory of <see cref="CudnnHandle.DropoutStateBytes"/>; it must stay as long as this.</param>
    /// <param name="stateBytes">Its size.</param>
    /// <param name="seed">Of the random numbers.</param>
    public CudnnDropoutDescriptor(CudnnHandle cudnn, float probability, CudaDevicePointer states, long stateBytes, ulong seed)
    {
        using var descriptor = _handle.Use();
        using var library = cudnn.Use();
        CudnnApi.cudnnSetDropoutDescriptor(descriptor, library, probability, states.Value, (nuint)stateBytes, seed).Check();
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();
}
