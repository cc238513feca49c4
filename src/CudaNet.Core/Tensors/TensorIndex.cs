namespace CudaNet;

/// <summary>One part of an index, as in <c>x[1..3, ^1, TensorIndex.NewAxis, indices]</c>. Converts from an integer, an
/// <see cref="Index"/>, a <see cref="Range"/> and a tensor of integers or truth values.</summary>
public readonly struct TensorIndex
{
    private TensorIndex(IndexKind kind) => Kind = kind;

    /// <summary>Everything along an axis: <c>..</c></summary>
    public static TensorIndex All => new(IndexKind.Range) { Range = Range.All };

    /// <summary>A new axis of size 1.</summary>
    public static TensorIndex NewAxis => new(IndexKind.NewAxis);

    /// <summary>Everything along as many axes as are left; once in an index.</summary>
    public static TensorIndex Ellipsis => new(IndexKind.Ellipsis);

    internal IndexKind Kind { get; }

    internal Range Range { get; private init; }

    internal long? Start { get; private init; }

    internal long? Stop { get; private init; }

    internal long Step { get; private init; }

    internal Tensor? Values { get; private init; }

    /// <summary>A part of an axis with a step, by Python's rules: negative positions count from the end, positions beyond an
    /// end are cut off there, a negative step reads backwards.</summary>
    /// <param name="start">First element; null for the end where reading begins.</param>
    /// <param name="stop">One past the last element; null for all that are left.</param>
    /// <param name="step">Distance of the elements taken; not 0.</param>
    public static TensorIndex Slice(long? start, long? stop, long step = 1) => new(IndexKind.Slice) { Start = start, Stop = stop, Step = step };

    /// <summary>Every <paramref name="step"/>-th element of an axis, from its end if the step is negative.</summary>
    public static TensorIndex Every(long step) => Slice(null, null, step);

    /// <summary>One element; the axis is dropped. A negative number counts from the end.</summary>
    public static implicit operator TensorIndex(int index) => new(IndexKind.Element) { Start = index };

    /// <summary>One element; the axis is dropped. A negative number counts from the end.</summary>
    public static implicit operator TensorIndex(long index) => new(IndexKind.Element) { Start = index };

    /// <summary>One element, as in <c>^1</c>; the axis is dropped.</summary>
    /// <exception cref="AxisException">It is <c>^0</c>.</exception>
    public static implicit operator TensorIndex(Index index) => index.Equals(Index.End)
        ? throw new AxisException("Indexer: ^0 is one past the last element. Use ^1 for the last.")
        : new(IndexKind.Element) { Start = index.IsFromEnd ? -(long)index.Value : index.Value };

    /// <summary>A part of an axis, as in <c>1..^1</c>. Unlike a slice it must lie inside of the axis.</summary>
    public static implicit operator TensorIndex(Range range) => new(IndexKind.Range) { Range = range };

    /// <summary>Elements at the places given by a tensor of integers, or where a tensor of truth values is true. Null is a new axis.</summary>
    public static implicit operator TensorIndex(Tensor? values) => values is null ? NewAxis : new(IndexKind.Tensor) { Values = values };

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        IndexKind.Element => $"{Start}",
        IndexKind.Range => $"{Range}",
        IndexKind.Slice => $"{Start}:{Stop}:{Step}",
        IndexKind.Tensor => $"{Values!.DType.ShortName()}{Values.Shape}",
        _ => $"{Kind}",
    };
}
