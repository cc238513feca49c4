using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>Type and sizes of the filters of a convolution.</summary>
public sealed unsafe class CudnnFilterDescriptor : IDisposable
{
    private readonly CudnnDescriptor _handle = new(&CudnnApi.cudnnCreateFilterDescriptor, &CudnnApi.cudnnDestroyFilterDescriptor, nameof(CudnnApi.cudnnCreateFilterDescriptor));

    /// <summary>Describes filters: outputs, inputs of a group, height, width.</summary>
    public CudnnFilterDescriptor(CudnnTensorFormat format, CudnnDataType type, params ReadOnlySpan<int> dimensions)
    {
        using var descriptor = _handle.Use();
        fixed (int* sizes = dimensions) CudnnApi.cudnnSetFilterNdDescriptor(descriptor, type, format, dimensions.Length, sizes).Check();
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();
}
