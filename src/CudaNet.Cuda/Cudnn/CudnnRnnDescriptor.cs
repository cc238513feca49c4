using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>A recurrent network.</summary>
public sealed unsafe class CudnnRnnDescriptor : IDisposable
{
    private readonly CudnnDescriptor _handle = new(&CudnnApi.cudnnCreateRNNDescriptor, &CudnnApi.cudnnDestroyRNNDescriptor, nameof(CudnnApi.cudnnCreateRNNDescriptor));

    /// <summary>Describes one.</summary>
    /// <param name="cell">Its cell.</param>
    /// <param name="inputSize">Values of an input vector.</param>
    /// <param name="hiddenSize">Values of a state.</param>
    /// <param name="layers">Layers.</param>
    /// <param name="dropout">Dropout between layers; it must stay as long as this.</param>
    /// <param name="type">Of inputs, outputs and weights.</param>
    /// <param name="compute">The precision of sums.</param>
    /// <param name="direction">From the start, or from both ends.</param>
    /// <param name="bias">Which biases there are.</param>
    /// <param name="projectionSize">Values of a projected state of an LSTM; 0 for none.</param>
    /// <param name="algorithm">How it is computed.</param>
    /// <param name="math">How exact products are.</param>
    /// <param name="padded">True if sequences are padded in memory.</param>
    public CudnnRnnDescriptor(CudnnRnnMode cell, int inputSize, int hiddenSize, int layers, CudnnDropoutDescriptor dropout, CudnnDataType type = CudnnDataType.Float,
        CudnnDataType compute = CudnnDataType.Float, CudnnDirectionMode direction = CudnnDirectionMode.Unidirectional, CudnnRnnBiasMode bias = CudnnRnnBiasMode.Double,
        int projectionSize = 0, CudnnRnnAlgorithm algorithm = CudnnRnnAlgorithm.Standard, CudnnMathType math = CudnnMathType.Default, bool padded = true)
    {
        using var descriptor = _handle.Use();
        using var drop = dropout.Use();
        CudnnApi.cudnnSetRNNDescriptor_v8(descriptor, algorithm, cell, bias, direction, CudnnRnnInputMode.Linear, type, compute, math,
            inputSize, hiddenSize, projectionSize == 0 ? hiddenSize : projectionSize, layers, drop, padded ? 1u : 0u).Check();
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();
}
