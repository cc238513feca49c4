namespace CudaNet.Nn.Data;

/// <summary>Samples put together: each tensor has them along axis 0.</summary>
/// <param name="Tensors">Usually inputs and targets.</param>
/// <param name="Indices">Which samples of the data set they are.</param>
public sealed record Batch(IReadOnlyList<Tensor> Tensors, IReadOnlyList<int> Indices)
{
    /// <summary>The first tensor: what the network sees.</summary>
    public Tensor Inputs => Tensors[0];

    /// <summary>The second tensor: what it should say.</summary>
    public Tensor Targets => Tensors.Count > 1 ? Tensors[1]
        : throw new InvalidOperationException("Batch.Targets: the data set has only inputs. Build it from inputs and targets.");

    /// <summary>Number of samples.</summary>
    public int Count => Indices.Count;
}
