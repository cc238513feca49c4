namespace CudaNet.Nn.Data;

/// <summary>Some samples of another data set.</summary>
public sealed class SubsetDataset : Dataset
{
    private readonly Dataset _source;
    private readonly int[] _indices;

    /// <summary>The samples of <paramref name="source"/> with these numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is none of the source's.</exception>
    public SubsetDataset(Dataset source, IReadOnlyList<int> indices)
    {
        (_source, _indices) = (source, [.. indices]);
        foreach (var index in _indices)
            if ((uint)index >= (uint)source.Count)
                throw new ArgumentOutOfRangeException(nameof(indices), index, $"SubsetDataset: sample {index} is none of 0 … {source.Count - 1}.");
    }

    /// <inheritdoc/>
    public override int Count => _indices.Length;

    /// <inheritdoc/>
    public override Batch Collate(ReadOnlySpan<int> indices, SampleContext context)
    {
        var mapped = new int[indices.Length];
        for (var i = 0; i < mapped.Length; i++) mapped[i] = _indices[indices[i]];
        return _source.Collate(mapped, context);
    }
}
