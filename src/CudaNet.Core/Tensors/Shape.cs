using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace CudaNet;

/// <summary>The sizes of a tensor's axes; immutable. <c>[]</c> is a scalar, and an axis may have size 0.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IReadOnlyList<long>, IEquatable<Shape>
{
    private readonly long[]? _sizes;

    /// <summary>A shape with the given sizes.</summary>
    /// <exception cref="ShapeException">A size is negative.</exception>
    public Shape(params ReadOnlySpan<long> sizes) : this(sizes.ToArray(), owned: true) { }

    private Shape(long[] sizes, bool owned)
    {
        _ = owned;
        foreach (var size in sizes)
            if (size < 0)
                throw new ShapeException($"Shape: size {size} in {Text(sizes)} is negative. Sizes are 0 or more.");
        _sizes = sizes;
    }

    /// <summary>The scalar shape, of rank 0 and one element.</summary>
    public static Shape Scalar => default;

    /// <summary>Target of collection expressions.</summary>
    public static Shape Create(ReadOnlySpan<long> sizes) => new(sizes);

    /// <summary>Number of axes.</summary>
    public int Rank => _sizes?.Length ?? 0;

    /// <inheritdoc cref="Rank"/>
    public int Count => Rank;

    /// <summary>Size of an axis; <c>shape[^1]</c> is the last.</summary>
    public long this[int axis] => Span[axis];

    /// <summary>The sizes, without a copy.</summary>
    public ReadOnlySpan<long> Span => _sizes;

    /// <summary>Product of the sizes; 1 for a scalar.</summary>
    /// <exception cref="ShapeException">The product passes 2⁶³−1.</exception>
    public long ElementCount
    {
        get
        {
            long product = 1;
            var overflow = false;
            foreach (var size in Span)
            {
                if (size == 0) return 0;
                if (Math.BigMul(product, size, out var low) != 0 || low < 0) overflow = true;
                product = low;
            }
            return overflow ? throw new ShapeException($"Shape: {this} has more than 2^63-1 elements.") : product;
        }
    }

    /// <summary>The sizes as a new array.</summary>
    public long[] ToArray() => Span.ToArray();

    /// <summary>Row-major strides in elements.</summary>
    public long[] ContiguousStrides()
    {
        var strides = new long[Rank];
        long stride = 1;
        for (var axis = Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= Math.Max(1, this[axis]);
        }
        return strides;
    }

    /// <summary>An axis counted from the front, from one that may be negative (−1 is the last).</summary>
    /// <exception cref="AxisException">It is outside of −rank … rank−1.</exception>
    public int Axis(int axis, string operation)
    {
        var rank = Math.Max(1, Rank); // a scalar is taken as having one axis, as in PyTorch
        if (axis < -rank || axis >= rank)
            throw new AxisException($"{operation}: axis {axis} is out of range for {this}, which has {Rank} axes. Use {-rank} … {rank - 1}.");
        return axis < 0 ? axis + rank : axis;
    }

    /// <summary>This shape with the size of one axis replaced.</summary>
    public Shape With(int axis, long size)
    {
        var sizes = ToArray();
        sizes[axis] = size;
        return new(sizes, owned: true);
    }

    /// <summary>This shape without one axis.</summary>
    public Shape Without(int axis) => new([.. Span[..axis], .. Span[(axis + 1)..]], owned: true);

    /// <summary>This shape with an axis put in before position <paramref name="axis"/>.</summary>
    public Shape Insert(int axis, long size) => new([.. Span[..axis], size, .. Span[axis..]], owned: true);

    /// <summary>The axes of this followed by those of another.</summary>
    public Shape Concat(ReadOnlySpan<long> other) => new([.. Span, .. other], owned: true);

    /// <summary>The axes from <paramref name="start"/> on.</summary>
    public Shape Slice(int start, int length) => new(Span.Slice(start, length).ToArray(), owned: true);

    /// <summary>The shape that both broadcast to: axes are aligned at the end, and a size 1 stretches.</summary>
    /// <exception cref="ShapeException">Two sizes differ and neither is 1.</exception>
    public static Shape Broadcast(Shape a, Shape b, string operation)
    {
        if (a == b) return a;
        var rank = Math.Max(a.Rank, b.Rank);
        var sizes = new long[rank];
        for (var i = 1; i <= rank; i++)
        {
            var x = i <= a.Rank ? a[^i] : 1;
            var y = i <= b.Rank ? b[^i] : 1;
            if (x != y && x != 1 && y != 1)
                throw new ShapeException($"{operation}: shapes {a} and {b} do not broadcast: axis {-i} has sizes {x} and {y}. " +
                    "Sizes aligned from the end must be equal or 1; Reshape or Unsqueeze one of them.");
            sizes[rank - i] = x == 1 ? y : x;
        }
        return new(sizes, owned: true);
    }

    /// <summary>True if a tensor of this shape broadcasts to <paramref name="target"/>.</summary>
    public bool BroadcastsTo(Shape target)
    {
        if (Rank > target.Rank) return false;
        for (var i = 1; i <= Rank; i++)
            if (this[^i] != target[^i] && this[^i] != 1) return false;
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var size in Span) hash.Add(size);
        return hash.ToHashCode();
    }

    /// <summary>Same sizes.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Different sizes.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>Sizes from an array.</summary>
    public static implicit operator Shape(long[] sizes) => new(sizes);

    /// <summary>Sizes from an array.</summary>
    public static implicit operator Shape(int[] sizes) => new(Array.ConvertAll(sizes, s => (long)s), owned: true);

    /// <inheritdoc/>
    public IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)(_sizes ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>As in <c>[64, 784]</c>.</summary>
    public override string ToString() => Text(Span);

    private static string Text(ReadOnlySpan<long> sizes) => "[" + string.Join(", ", sizes.ToArray()) + "]";
}
