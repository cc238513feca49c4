namespace CudaNet.Nn;

/// <summary>Attention with linear biases: the score of head h falls by its slope with each position between query and key.</summary>
/// <remarks>Press, Smith, Lewis 2022. Slopes of a power of two n of heads are 2^(−8/n), 2^(−16/n), …; other numbers take every second one of
/// the next power behind those of the last.</remarks>
public sealed class Alibi(long heads) : IPositionBias
{
    /// <summary>The slope of each head.</summary>
    public IReadOnlyList<double> Slopes { get; } = [.. SlopesOf(Sizes.Positive(heads, "Alibi", nameof(heads)))];

    /// <inheritdoc/>
    public Tensor Of(Tensor queries, Tensor keys)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(keys);
        var distance = Distances.Of(queries, keys).Abs().To(DType.Float32).Unsqueeze(1);
        return distance * Tensor.From([.. Slopes.Select(slope => -(float)slope)], [1, Slopes.Count, 1, 1], distance.Device);
    }

    private static IEnumerable<double> SlopesOf(long heads)
    {
        var power = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)heads);
        if (power == heads) return Enumerable.Range(1, (int)heads).Select(h => Math.Pow(2, -8.0 * h / heads));
        var lower = power / 2;
        return SlopesOf(lower).Concat(SlopesOf(power).Where((_, i) => i % 2 == 0).Take((int)(heads - lower)));
    }
}
