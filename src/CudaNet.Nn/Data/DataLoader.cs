using System.Collections;

namespace CudaNet.Nn.Data;

/// <summary>Batches of a data set, epoch after epoch, made ahead on threads of their own.</summary>
/// <remarks>The order is a pure function of seed and epoch: <see cref="EpochIndex"/> and <see cref="Position"/> say all
/// that is needed to go on exactly where a run stopped.</remarks>
public sealed class DataLoader : IEnumerable<Batch>
{
    /// <summary>A loader.</summary>
    /// <param name="dataset">The samples.</param>
    /// <param name="batchSize">Samples of a batch.</param>
    /// <param name="shuffle">True for a new order in each epoch.</param>
    /// <param name="seed">Decides the orders and the augmentation.</param>
    /// <param name="dropLast">True leaves out a last batch that is not full.</param>
    /// <param name="prefetch">Batches made ahead; 0 makes each when it is asked for, on the caller's thread.</param>
    /// <param name="workers">Batches made at the same time, at most <paramref name="prefetch"/>; they come in the same order however many.</param>
    public DataLoader(Dataset dataset, int batchSize, bool shuffle = false, long seed = 0, bool dropLast = false, int prefetch = 2, int workers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        if (batchSize < 1) throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, $"DataLoader: the batch size is {batchSize}. Give 1 or more.");
        ArgumentOutOfRangeException.ThrowIfNegative(prefetch);
        (Dataset, BatchSize, Shuffle, Seed, DropLast, Prefetch, Workers) = (dataset, batchSize, shuffle, seed, dropLast, prefetch, workers);
        if (BatchCount == 0)
            throw new ArgumentException($"DataLoader: {dataset.Count} samples give no batch of {batchSize}. Use a smaller batch or more data{(dropLast ? ", or dropLast: false" : "")}.", nameof(dataset));
    }

    /// <summary>The samples.</summary>
    public Dataset Dataset { get; }

    /// <summary>Samples of a batch.</summary>
    public int BatchSize { get; }

    /// <summary>True for a new order in each epoch.</summary>
    public bool Shuffle { get; }

    /// <summary>Decides the orders and the augmentation.</summary>
    public long Seed { get; }

    /// <summary>True leaves out a last batch that is not full.</summary>
    public bool DropLast { get; }

    /// <summary>Batches made ahead.</summary>
    public int Prefetch { get; }

    /// <summary>Batches made at the same time.</summary>
    public int Workers { get; }

    /// <summary>Batches of an epoch.</summary>
    public int BatchCount => (Dataset.Count + (DropLast ? 0 : BatchSize - 1)) / BatchSize;

    /// <summary>Samples of an epoch.</summary>
    public int SampleCount => DropLast ? BatchCount * BatchSize : Dataset.Count;

    /// <summary>The epoch that the next enumeration gives, from 0 on.</summary>
    public int EpochIndex { get; set; }

    /// <summary>Batches of that epoch that were given already: the next enumeration begins behind them.</summary>
    public int Position { get; set; }

    /// <summary>The numbers of an epoch's samples in their order.</summary>
    public int[] Order(int epoch)
    {
        var order = new int[Dataset.Count];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        if (Shuffle) new SampleRandom(Seed, 0, epoch).Shuffle(order.AsSpan());
        return order;
    }

    /// <summary>The batches of the present epoch from <see cref="Position"/> on; afterwards the loader stands at the next epoch.</summary>
    public IEnumerator<Batch> GetEnumerator()
    {
        foreach (var batch in Epoch(EpochIndex, Position))
        {
            Position++;
            yield return batch;
        }
        (EpochIndex, Position) = (EpochIndex + 1, 0);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Batches without end: epoch after epoch, from epoch 0 on.</summary>
    /// <param name="cancellation">Ends the enumeration with an exception.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IEnumerable<Batch> Endless(CancellationToken cancellation = default)
    {
        for (var epoch = 0; ; epoch++)
            foreach (var batch in Epoch(epoch, 0, cancellation)) yield return batch;
    }

    /// <summary>The batches of an epoch.</summary>
    /// <param name="epoch">Which, from 0 on.</param>
    /// <param name="first">Batches to leave out at the beginning.</param>
    /// <param name="cancellation">Ends the enumeration with an exception.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int first = 0, CancellationToken cancellation = default)
    {
        var order = Order(epoch);
        return Prefetch == 0 ? Plain(order, epoch, first, cancellation) : Ahead(order, epoch, first, cancellation);
    }

    private IEnumerable<Batch> Plain(int[] order, int epoch, int first, CancellationToken cancellation)
    {
        for (var k = first; k < BatchCount; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Make(order, epoch, k);
        }
    }

    private IEnumerable<Batch> Ahead(int[] order, int epoch, int first, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var token = stop.Token;
        var ahead = new Queue<Task<Batch>>();
        // A worker is a chain of tasks: each of its batches waits for the one before.
        var workers = new Task[Math.Min(Workers, Prefetch)];
        Array.Fill(workers, Task.CompletedTask);
        try
        {
            for (int k = first, next = first; k < BatchCount; k++)
            {
                for (; next < BatchCount && ahead.Count < Prefetch; next++)
                {
                    var number = next;
                    var batch = workers[number % workers.Length].ContinueWith(_ => Make(order, epoch, number), token, TaskContinuationOptions.LazyCancellation, TaskScheduler.Default);
                    workers[number % workers.Length] = batch;
                    ahead.Enqueue(batch);
                }
                // Waits for the batch or the cancellation, and raises what the data set raised.
                var made = ahead.Dequeue().WaitAsync(token).GetAwaiter().GetResult();
                cancellation.ThrowIfCancellationRequested();
                yield return made;
            }
        }
        finally
        {
            // A consumer that left early must not leave threads behind: the data set may be closed next. A worker's last task ends when all
            // before it have.
            stop.Cancel();
            foreach (var worker in workers) Task.WaitAny([worker], CancellationToken.None);
        }
    }

    private Batch Make(int[] order, int epoch, int k)
    {
        var begin = k * BatchSize;
        return Dataset.Collate(order.AsSpan(begin, Math.Min(BatchSize, order.Length - begin)), new(Seed, epoch));
    }
}
