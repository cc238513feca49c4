using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>Sequences of a batch.</summary>
public sealed unsafe class CudnnRnnDataDescriptor : IDisposable
{
    private readonly CudnnDescriptor _handle = new(&CudnnApi.cudnnCreateRNNDataDescriptor, &CudnnApi.cudnnDestroyRNNDataDescriptor, nameof(CudnnApi.cudnnCreateRNNDataDescriptor));

    /// <summary>Describes sequences.</summary>
    /// <param name="layout">How they lie.</param>
    /// <param name="type">Of their values.</param>
    /// <param name="maxLength">Steps of the longest.</param>
    /// <param name="vectorSize">Values of a step.</param>
    /// <param name="lengths">Steps of each.</param>
    public CudnnRnnDataDescriptor(CudnnRnnDataLayout layout, CudnnDataType type, int maxLength, int vectorSize, ReadOnlySpan<int> lengths)
    {
        using var descriptor = _handle.Use();
        // Padding is filled with zero of any type.
        var zero = 0.0;
        fixed (int* steps = lengths) CudnnApi.cudnnSetRNNDataDescriptor(descriptor, type, layout, maxLength, lengths.Length, vectorSize, steps, &zero).Check();
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();
}
