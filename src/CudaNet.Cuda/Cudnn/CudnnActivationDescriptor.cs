using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>An activation.</summary>
public sealed unsafe class CudnnActivationDescriptor : IDisposable
{
    private readonly CudnnDescriptor _handle = new(&CudnnApi.cudnnCreateActivationDescriptor, &CudnnApi.cudnnDestroyActivationDescriptor, nameof(CudnnApi.cudnnCreateActivationDescriptor));

    /// <summary>Describes one.</summary>
    /// <param name="mode">Which.</param>
    /// <param name="coefficient">The ceiling of ClippedRelu, α of Elu, β of Swish.</param>
    /// <param name="nan">What becomes of NaN.</param>
    public CudnnActivationDescriptor(CudnnActivationMode mode, double coefficient = 1, CudnnNanPropagation nan = CudnnNanPropagation.Propagate)
    {
        using var descriptor = _handle.Use();
        CudnnApi.cudnnSetActivationDescriptor(descriptor, mode, nan, coefficient).Check();
        if (mode == CudnnActivationMode.Swish) CudnnApi.cudnnSetActivationDescriptorSwishBeta(descriptor, coefficient).Check();
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();
}
