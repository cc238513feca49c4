using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>Type, sizes and strides of a tensor.</summary>
public sealed unsafe class CudnnTensorDescriptor : IDisposable
{
    private readonly CudnnDescriptor _handle = new(&CudnnApi.cudnnCreateTensorDescriptor, &CudnnApi.cudnnDestroyTensorDescriptor, nameof(CudnnApi.cudnnCreateTensorDescriptor));

    /// <summary>Describes nothing yet; for functions that fill it in.</summary>
    public CudnnTensorDescriptor()
    {
    }

    /// <summary>Describes a tensor by its strides, outermost first; at least four dimensions for most functions.</summary>
    public CudnnTensorDescriptor(CudnnDataType type, ReadOnlySpan<int> dimensions, ReadOnlySpan<int> strides)
    {
        if (dimensions.Length != strides.Length) throw new ArgumentException($"{dimensions.Length} dimensions and {strides.Length} strides were given.", nameof(strides));
        using var descriptor = _handle.Use();
        fixed (int* sizes = dimensions, steps = strides) CudnnApi.cudnnSetTensorNdDescriptor(descriptor, type, dimensions.Length, sizes, steps).Check();
    }

    /// <summary>Describes a tensor without gaps. Dimensions are in the order N, C, H, W whatever the format is.</summary>
    public CudnnTensorDescriptor(CudnnTensorFormat format, CudnnDataType type, params ReadOnlySpan<int> dimensions)
    {
        using var descriptor = _handle.Use();
        fixed (int* sizes = dimensions) CudnnApi.cudnnSetTensorNdDescriptorEx(descriptor, format, type, dimensions.Length, sizes).Check();
    }

    /// <summary>Bytes from its first to its last value.</summary>
    public long SizeInBytes
    {
        get
        {
            using var descriptor = _handle.Use();
            nuint bytes;
            CudnnApi.cudnnGetTensorSizeInBytes(descriptor, &bytes).Check();
            return (long)bytes;
        }
    }

    /// <summary>What it describes.</summary>
    public (CudnnDataType Type, int[] Dimensions, int[] Strides) Get()
    {
        using var descriptor = _handle.Use();
        CudnnDataType type;
        int rank;
        int* sizes = stackalloc int[MaxRank], steps = stackalloc int[MaxRank];
        CudnnApi.cudnnGetTensorNdDescriptor(descriptor, MaxRank, &type, &rank, sizes, steps).Check();
        return (type, new ReadOnlySpan<int>(sizes, rank).ToArray(), new ReadOnlySpan<int>(steps, rank).ToArray());
    }

    private const int MaxRank = 8;

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();
}
