using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>A pooling.</summary>
public sealed unsafe class CudnnPoolingDescriptor : IDisposable
{
    private readonly CudnnDescriptor _handle = new(&CudnnApi.cudnnCreatePoolingDescriptor, &CudnnApi.cudnnDestroyPoolingDescriptor, nameof(CudnnApi.cudnnCreatePoolingDescriptor));

    /// <summary>Describes one by its window, padding and strides in each spatial dimension.</summary>
    public CudnnPoolingDescriptor(CudnnPoolingMode mode, ReadOnlySpan<int> window, ReadOnlySpan<int> padding, ReadOnlySpan<int> strides, CudnnNanPropagation nan = CudnnNanPropagation.Propagate)
    {
        if (window.Length != strides.Length || window.Length != padding.Length)
            throw new ArgumentException($"The window has {window.Length}, padding {padding.Length} and strides {strides.Length} dimensions.", nameof(window));
        using var descriptor = _handle.Use();
        fixed (int* sizes = window, pads = padding, steps = strides)
            CudnnApi.cudnnSetPoolingNdDescriptor(descriptor, mode, nan, window.Length, sizes, pads, steps).Check();
    }

    /// <summary>Sizes of the output: N, C, H, W.</summary>
    public int[] GetOutputDimensions(CudnnTensorDescriptor input, int rank = 4)
    {
        using var descriptor = _handle.Use();
        using var x = input.Use();
        var dimensions = new int[rank];
        fixed (int* sizes = dimensions) CudnnApi.cudnnGetPoolingNdForwardOutputDim(descriptor, x, rank, sizes).Check();
        return dimensions;
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();
}
