namespace CudaNet.Nn.Data;

/// <summary>Samples by number. Batches are made on the loader's threads, several at a time perhaps, so an implementation only reads what does not change.</summary>
public abstract class Dataset
{
    /// <summary>Number of samples.</summary>
    public abstract int Count { get; }

    /// <summary>Puts samples together.</summary>
    /// <param name="indices">Which, each from 0 to Count − 1.</param>
    /// <param name="context">For transforms that draw random numbers.</param>
    public abstract Batch Collate(ReadOnlySpan<int> indices, SampleContext context);

    /// <summary>All samples as one batch.</summary>
    public Batch All() => Collate([.. Enumerable.Range(0, Count)], default);

    /// <summary>Some of the samples, in the given order.</summary>
    public Dataset Subset(IReadOnlyList<int> indices) => new SubsetDataset(this, indices);

    /// <summary>The first samples.</summary>
    public Dataset Take(int count) => Subset([.. Enumerable.Range(0, Math.Min(count, Count))]);
}
