namespace CudaNet.Nn;

/// <summary>Rotary positions: pair i of a row at position p is turned by p · base^(−2i/depth), so that the score of a query and a key depends
/// on their distance alone.</summary>
/// <remarks>Su et al. 2021. Angles are computed in double precision: they grow with the position.</remarks>
public sealed class Rotary
{
    private readonly double[] _frequencies;

    /// <summary>A rotation.</summary>
    /// <param name="depth">Numbers of a head's row that are turned: its first ones. An even number.</param>
    /// <param name="frequencyBase">Base of the frequencies.</param>
    /// <param name="interleaved">Pairs are numbers 2i and 2i + 1 (GPT-J, DeepSeek), otherwise i and i + depth/2 (Llama).</param>
    /// <param name="scaling">How it reaches beyond the length of training; null for not at all.</param>
    /// <exception cref="ShapeException">The depth is odd.</exception>
    public Rotary(long depth, double frequencyBase = 10000, bool interleaved = false, RotaryScaling? scaling = null)
    {
        if (depth < 2 || depth % 2 != 0) throw new ShapeException($"Rotary: the depth is {depth}, but pairs are turned. Give an even number of 2 or more.");
        (Depth, Base, IsInterleaved, Scaling) = (depth, frequencyBase, interleaved, scaling);
        _frequencies = (scaling ?? RotaryScaling.None).Frequencies(depth, frequencyBase);
    }

    /// <summary>Numbers of a row that are turned.</summary>
    public long Depth { get; }

    /// <summary>Base of the frequencies.</summary>
    public double Base { get; }

    /// <summary>True where pairs are neighbours.</summary>
    public bool IsInterleaved { get; }

    /// <summary>How it reaches beyond the length of training; null for not at all.</summary>
    public RotaryScaling? Scaling { get; }

    /// <summary>Angle of each pair at position 1.</summary>
    public IReadOnlyList<double> Frequencies => _frequencies;

    /// <summary>Rows [batch, heads, length, depth] turned by their positions.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="positions">Int64, [length] or [batch, length].</param>
    public Tensor Rotate(Tensor x, Tensor positions)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(positions);
        if (positions.Rank == 2 && positions.Shape[0] == 1) positions = positions.Squeeze(0);
        var size = (Scaling ?? RotaryScaling.None).Magnitude;
        var angles = positions.Flatten().To(DType.Float64).Unsqueeze(1) * Tensor.From(_frequencies, [1, _frequencies.Length], x.Device);
        Tensor cosine = angles.Cos() * size, sine = angles.Sin() * size;
        if (positions.Rank == 1) return x.RotaryEmbedding(cosine, sine, IsInterleaved);
        // Rows of different positions: batch and length together are the axis along which tables lie.
        long batch = x.Shape[0], heads = x.Shape[1], length = x.Shape[2], depth = x.Shape[3];
        return x.Permute(1, 0, 2, 3).Reshape(1, heads, batch * length, depth).RotaryEmbedding(cosine, sine, IsInterleaved).Reshape(heads, batch, length, depth).Permute(1, 0, 2, 3);
    }
}
