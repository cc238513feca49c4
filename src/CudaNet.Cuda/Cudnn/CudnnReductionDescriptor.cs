using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>A reduction.</summary>
public sealed unsafe class CudnnReductionDescriptor : IDisposable
{
    private readonly CudnnDescriptor _handle = new(&CudnnApi.cudnnCreateReduceTensorDescriptor, &CudnnApi.cudnnDestroyReduceTensorDescriptor, nameof(CudnnApi.cudnnCreateReduceTensorDescriptor));

    /// <summary>Describes one, without indices.</summary>
    public CudnnReductionDescriptor(CudnnReduction operation, CudnnDataType compute = CudnnDataType.Float, CudnnNanPropagation nan = CudnnNanPropagation.Propagate)
    {
        using var descriptor = _handle.Use();
        CudnnApi.cudnnSetReduceTensorDescriptor(descriptor, operation, compute, nan, 0, 0).Check();
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();
}
