namespace CudaNet;

/// <summary>How a view lies in its buffer: element (i₀, i₁, …) is at offset + Σ iₖ·strideₖ, in elements.
/// A stride may be 0 (broadcast) or negative (flip).</summary>
public sealed class Layout : IEquatable<Layout>
{
    private readonly long[] _strides;

    /// <summary>A layout with explicit strides.</summary>
    public Layout(Shape shape, ReadOnlySpan<long> strides, long offset = 0)
    {
        if (strides.Length != shape.Rank)
            throw new ShapeException($"Layout: {strides.Length} strides for {shape}, which has {shape.Rank} axes.");
        Shape = shape;
        _strides = strides.ToArray();
        Offset = offset;
        IsContiguous = ComputeContiguous();
    }

    /// <summary>The row-major layout of a shape.</summary>
    public static Layout Contiguous(Shape shape) => new(shape, shape.ContiguousStrides());

    /// <summary>Sizes of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>Step of each axis in elements.</summary>
    public ReadOnlySpan<long> Strides => _strides;

    /// <summary>Position of the first element in its buffer, in elements.</summary>
    public long Offset { get; }

    /// <summary>Number of elements.</summary>
    public long ElementCount => Shape.ElementCount;

    /// <summary>Elements follow each other in row-major order without gaps (the offset may be anything).</summary>
    public bool IsContiguous { get; }

    /// <summary>Axes in another order: axis k of the result is axis <c>order[k]</c> of this.</summary>
    public Layout Permute(ReadOnlySpan<int> order)
    {
        var sizes = new long[order.Length];
        var strides = new long[order.Length];
        for (var k = 0; k < order.Length; k++) (sizes[k], strides[k]) = (Shape[order[k]], _strides[order[k]]);
        return new(sizes, strides, Offset);
    }

    /// <summary>Stretches axes of size 1, and puts new ones in front, by stride 0.</summary>
    public Layout Expand(Shape target)
    {
        var strides = new long[target.Rank];
        var lead = target.Rank - Shape.Rank;
        for (var k = lead; k < target.Rank; k++)
            strides[k] = Shape[k - lead] == 1 && target[k] != 1 ? 0 : _strides[k - lead];
        return new(target, strides, Offset);
    }

    /// <summary>Every <paramref name="step"/>-th element of an axis from <paramref name="start"/> on; step &gt; 0.</summary>
    public Layout Slice(int axis, long start, long length, long step)
    {
        var strides = _strides.ToArray();
        strides[axis] *= step;
        return new(Shape.With(axis, length), strides, length == 0 ? Offset : Offset + start * _strides[axis]);
    }

    /// <summary>One axis read backwards.</summary>
    public Layout Flip(int axis)
    {
        var strides = _strides.ToArray();
        strides[axis] = -strides[axis];
        return new(Shape, strides, Offset + Math.Max(0, Shape[axis] - 1) * _strides[axis]);
    }

    /// <summary>The same elements under another shape; null where no strides can say it and a copy is needed.</summary>
    public Layout? TryReshape(Shape target)
    {
        if (IsContiguous || ElementCount == 0) return new(target, target.ContiguousStrides(), Offset);
        // Walk runs of source axes that are mutually contiguous, and split each among the target's axes.
        var strides = new long[target.Rank];
        var (source, done) = (0, 0);
        while (source < Shape.Rank && done < target.Rank)
        {
            var (sourceEnd, targetEnd) = (source + 1, done + 1);
            var (sourceSize, targetSize) = (Shape[source], target[done]);
            while (sourceSize != targetSize)
                if (sourceSize < targetSize) sourceSize *= Shape[sourceEnd++];
                else targetSize *= target[targetEnd++];
            // Axes of size 1 do not constrain.
            long inner = 0, innerSize = 0;
            for (var k = sourceEnd - 1; k >= source; k--)
            {
                if (Shape[k] == 1) continue;
                if (innerSize == 0) (inner, innerSize) = (_strides[k], Shape[k]);
                else if (_strides[k] == inner * innerSize) innerSize *= Shape[k];
                else return null;
            }
            var stride = innerSize == 0 ? 1 : inner;
            for (var k = targetEnd - 1; k >= done; k--)
            {
                strides[k] = stride;
                stride *= target[k];
            }
            (source, done) = (sourceEnd, targetEnd);
        }
        for (; done < target.Rank; done++) strides[done] = 1; // what is left has size 1
        return new(target, strides, Offset);
    }

    /// <summary>Position of an element in the buffer, in elements.</summary>
    public long PositionOf(ReadOnlySpan<long> index)
    {
        var position = Offset;
        for (var k = 0; k < index.Length; k++) position += index[k] * _strides[k];
        return position;
    }

    /// <inheritdoc/>
    public bool Equals(Layout? other) =>
        other is not null && Offset == other.Offset && Shape == other.Shape && Strides.SequenceEqual(other.Strides);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Layout);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Shape);
        hash.Add(Offset);
        foreach (var stride in _strides) hash.Add(stride);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() =>
        IsContiguous && Offset == 0 ? $"{Shape}" : $"{Shape} strides [{string.Join(", ", _strides)}] offset {Offset}";

    private bool ComputeContiguous()
    {
        if (Shape.Span.Contains(0)) return true;
        long expected = 1;
        for (var k = Shape.Rank - 1; k >= 0; k--)
        {
            if (Shape[k] == 1) continue;
            if (_strides[k] != expected) return false;
            expected *= Shape[k];
        }
        return true;
    }
}
