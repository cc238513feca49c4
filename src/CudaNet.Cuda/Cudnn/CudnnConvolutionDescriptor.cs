using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>Padding, strides and the like of a convolution.</summary>
public sealed unsafe class CudnnConvolutionDescriptor : IDisposable
{
    private readonly CudnnDescriptor _handle = new(&CudnnApi.cudnnCreateConvolutionDescriptor, &CudnnApi.cudnnDestroyConvolutionDescriptor, nameof(CudnnApi.cudnnCreateConvolutionDescriptor));

    /// <summary>Describes a convolution.</summary>
    /// <param name="padding">On both sides of each spatial dimension.</param>
    /// <param name="strides">Of each spatial dimension.</param>
    /// <param name="dilation">Of each spatial dimension.</param>
    /// <param name="compute">The precision of sums.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="mode">Whether filters are flipped.</param>
    /// <param name="math">How exact products are.</param>
    public CudnnConvolutionDescriptor(ReadOnlySpan<int> padding, ReadOnlySpan<int> strides, ReadOnlySpan<int> dilation, CudnnDataType compute = CudnnDataType.Float,
        int groups = 1, CudnnConvolutionMode mode = CudnnConvolutionMode.CrossCorrelation, CudnnMathType math = CudnnMathType.Default)
    {
        if (padding.Length != strides.Length || padding.Length != dilation.Length)
            throw new ArgumentException($"Padding has {padding.Length}, strides {strides.Length} and dilation {dilation.Length} dimensions.", nameof(padding));
        using var descriptor = _handle.Use();
        fixed (int* pads = padding, steps = strides, gaps = dilation)
            CudnnApi.cudnnSetConvolutionNdDescriptor(descriptor, padding.Length, pads, steps, gaps, mode, compute).Check();
        CudnnApi.cudnnSetConvolutionGroupCount(descriptor, groups).Check();
        CudnnApi.cudnnSetConvolutionMathType(descriptor, math).Check();
    }

    /// <summary>Sizes of the output: N, C, H, W.</summary>
    public int[] GetOutputDimensions(CudnnTensorDescriptor input, CudnnFilterDescriptor filter, int rank = 4)
    {
        using var descriptor = _handle.Use();
        using var x = input.Use();
        using var w = filter.Use();
        var dimensions = new int[rank];
        fixed (int* sizes = dimensions) CudnnApi.cudnnGetConvolutionNdForwardOutputDim(descriptor, x, w, rank, sizes).Check();
        return dimensions;
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();
}
