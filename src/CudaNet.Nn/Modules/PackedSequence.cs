namespace CudaNet.Nn;

/// <summary>Sequences of different lengths, as PyTorch's: <see cref="Data"/> holds all steps without padding, first those of time 0 and so on, the longest
/// sequence first.</summary>
/// <remarks>It is kept padded, which is what the ops over sequences take: behind its end a sequence keeps its state.</remarks>
public sealed class PackedSequence
{
    private readonly Tensor _padded; // [time, batch, …], in the order of the caller
    private readonly long[] _lengths;
    private readonly long[] _sorted;

    private PackedSequence(Tensor padded, long[] lengths)
    {
        (_padded, _lengths) = (padded, lengths);
        _sorted = [.. Enumerable.Range(0, lengths.Length).OrderByDescending(k => lengths[k]).Select(k => (long)k)];
        LengthsTensor = Tensor.From(lengths, [lengths.Length]).To(padded.Device);
    }

    /// <summary>Steps of each sequence.</summary>
    public IReadOnlyList<long> Lengths => _lengths;

    /// <summary>The sequences' numbers, the longest first; equally long ones stay in order.</summary>
    public IReadOnlyList<long> SortedIndices => _sorted;

    /// <summary>Where each sequence stands among the sorted ones.</summary>
    public IReadOnlyList<long> UnsortedIndices
    {
        get
        {
            var places = new long[_sorted.Length];
            for (var k = 0; k < places.Length; k++) places[_sorted[k]] = k;
            return places;
        }
    }

    /// <summary>How many sequences reach each time.</summary>
    public IReadOnlyList<long> BatchSizes => [.. Enumerable.Range(0, (int)_padded.Shape[0]).Select(t => (long)_lengths.Count(length => length > t))];

    /// <summary>All steps without padding, [Σ lengths, …].</summary>
    public Tensor Data
    {
        get
        {
            var places = new List<long>();
            for (long t = 0; t < _padded.Shape[0]; t++)
                foreach (var k in _sorted)
                    if (_lengths[k] > t) places.Add(t * _lengths.Length + k);
            var steps = _padded.Reshape(_padded.Shape.Slice(2, _padded.Rank - 2).Insert(0, _padded.Shape[0] * _padded.Shape[1]));
            return steps.Take(Tensor.From([.. places], [places.Count]).To(_padded.Device), 0);
        }
    }

    internal Tensor LengthsTensor { get; }

    /// <summary>Takes sequences that are padded to one length.</summary>
    /// <param name="padded">[time, batch, …], or [batch, time, …] if batch first; what is behind the end of a sequence is not looked at.</param>
    /// <param name="lengths">Steps of each sequence.</param>
    /// <param name="batchFirst">Where the batch is.</param>
    /// <exception cref="ShapeException">A length is less than 1 or more than the padded one, or there are not as many as sequences.</exception>
    public static PackedSequence Pack(Tensor padded, IReadOnlyList<long> lengths, bool batchFirst = false)
    {
        ArgumentNullException.ThrowIfNull(padded);
        ArgumentNullException.ThrowIfNull(lengths);
        if (padded.Rank < 2) throw new ShapeException($"PackedSequence: padded is {padded.Shape}, but must be {(batchFirst ? "[batch, time, …]" : "[time, batch, …]")}.");
        var (time, batch) = batchFirst ? (padded.Shape[1], padded.Shape[0]) : (padded.Shape[0], padded.Shape[1]);
        if (lengths.Count != batch) throw new ShapeException($"PackedSequence: there are {lengths.Count} lengths for {batch} sequences in {padded.Shape}. Give one each.");
        if (batch == 0) throw new ShapeException($"PackedSequence: {padded.Shape} holds no sequence.");
        for (var k = 0; k < lengths.Count; k++)
        {
            if (lengths[k] < 1) throw new ShapeException($"PackedSequence: the length of sequence {k} is {lengths[k]}. Each needs one step at least: leave empty ones out.");
            if (lengths[k] > time) throw new ShapeException($"PackedSequence: the length of sequence {k} is {lengths[k]}, but they are padded to {time} steps ({padded.Shape}).");
        }
        if (batchFirst) padded = padded.Permute([1, 0, .. Enumerable.Range(2, padded.Rank - 2)]);
        padded = padded.Narrow(0, 0, lengths.Max());
        // Zeros, so that nothing behind an end, not even NaN, gets into a product.
        var within = Tensor.Arange(0, padded.Shape[0], 1, DType.Int64, padded.Device).Unsqueeze(1) < Tensor.From([.. lengths], [lengths.Count]).To(padded.Device).Unsqueeze(0);
        return new(within.Reshape([.. within.Shape, .. Enumerable.Repeat(1L, padded.Rank - 2)]).Where(padded, 0), [.. lengths]);
    }

    /// <summary>Takes sequences [length, …].</summary>
    /// <exception cref="ShapeException">There is none, one is empty, or their steps have different shapes.</exception>
    public static PackedSequence Of(IReadOnlyList<Tensor> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (sequences.Count == 0) throw new ShapeException("PackedSequence: there is no sequence. Give one at least.");
        for (var k = 0; k < sequences.Count; k++)
            if (sequences[k].Rank == 0 || sequences[k].Shape[0] == 0 || sequences[k].Shape.Without(0) != sequences[0].Shape.Without(0))
                throw new ShapeException($"PackedSequence: sequence {k} is {sequences[k].Shape}, sequence 0 {sequences[0].Shape}. They must be [length, …] with one step at least and steps of one shape.");
        var longest = sequences.Max(sequence => sequence.Shape[0]);
        var padded = sequences.Select(sequence => sequence.Pad([0, .. Enumerable.Repeat(0L, sequence.Rank - 1)], [longest - sequence.Shape[0], .. Enumerable.Repeat(0L, sequence.Rank - 1)]));
        return new(Tensor.Stack([.. padded], 1), [.. sequences.Select(sequence => sequence.Shape[0])]);
    }

    /// <summary>The sequences padded to one length.</summary>
    /// <param name="batchFirst">True for [batch, time, …] instead of [time, batch, …].</param>
    /// <param name="value">What is behind the end of a sequence.</param>
    /// <param name="length">Steps; null for those of the longest sequence.</param>
    /// <exception cref="ShapeException">A sequence is longer.</exception>
    public Tensor Pad(bool batchFirst = false, double value = 0, long? length = null)
    {
        var (longest, padded) = (_padded.Shape[0], _padded);
        if (length < longest) throw new ShapeException($"PackedSequence: a sequence has {longest} steps and cannot be padded to {length}.");
        if (value != 0)
        {
            var within = Tensor.Arange(0, longest, 1, DType.Int64, padded.Device).Unsqueeze(1) < LengthsTensor.Unsqueeze(0);
            padded = within.Reshape([.. within.Shape, .. Enumerable.Repeat(1L, padded.Rank - 2)]).Where(padded, value);
        }
        if (length > longest) padded = padded.Pad([0, .. Enumerable.Repeat(0L, padded.Rank - 1)], [length.Value - longest, .. Enumerable.Repeat(0L, padded.Rank - 1)], value: value);
        return batchFirst ? padded.Permute([1, 0, .. Enumerable.Range(2, padded.Rank - 2)]) : padded;
    }

    /// <summary>The same lengths with other values at the steps.</summary>
    internal PackedSequence With(Tensor padded, bool batchFirst) => new(batchFirst ? padded.Permute([1, 0, .. Enumerable.Range(2, padded.Rank - 2)]) : padded, _lengths);

    internal Tensor PaddedFor(bool batchFirst) => Pad(batchFirst);

    /// <inheritdoc/>
    public override string ToString() => $"PackedSequence({_lengths.Length} sequences, {_lengths.Sum()} steps)";
}
