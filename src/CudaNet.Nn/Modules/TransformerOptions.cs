namespace CudaNet.Nn;

/// <summary>Sizes of a transformer's layers.</summary>
/// <param name="Size">Size of a row (d_model).</param>
/// <param name="Heads">Heads of attention.</param>
/// <param name="Hidden">Size between the two layers of the feed-forward net.</param>
/// <param name="Dropout">Share that is dropped in training.</param>
/// <param name="NormFirst">True normalises before each part (pre-norm), false behind the residual sum, as in the paper.</param>
public sealed record TransformerOptions(long Size = 512, long Heads = 8, long Hidden = 2048, double Dropout = 0.1, bool NormFirst = false)
{
    /// <summary>Between the two layers of the feed-forward net; ReLU if null.</summary>
    public Func<Tensor, Tensor>? Activation { get; init; }

    /// <summary>Added to the variance in normalisations.</summary>
    public double Epsilon { get; init; } = 1e-5;
}
