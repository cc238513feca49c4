using System.Runtime.CompilerServices;

namespace CudaNet;

/// <summary>A set of axes, as in <c>x.Sum([0, -1])</c>; negative ones count from the end. One integer converts to it.</summary>
[CollectionBuilder(typeof(Axes), nameof(Create))]
public readonly struct Axes : IEquatable<Axes>
{
    private readonly int[]? _axes;

    private Axes(int[] axes) => _axes = axes;

    /// <summary>The axes, without a copy.</summary>
    public ReadOnlySpan<int> Span => _axes;

    /// <summary>How many.</summary>
    public int Count => Span.Length;

    /// <summary>The k-th axis.</summary>
    public int this[int k] => Span[k];

    /// <summary>Target of collection expressions.</summary>
    public static Axes Create(ReadOnlySpan<int> axes) => new(axes.ToArray());

    /// <summary>All axes of a rank.</summary>
    public static Axes All(int rank) => new([.. Enumerable.Range(0, rank)]);

    /// <summary>One axis.</summary>
    public static implicit operator Axes(int axis) => new([axis]);

    /// <summary>Several axes.</summary>
    public static implicit operator Axes(int[] axes) => new([.. axes]);

    /// <summary>Counted from the front, sorted; refuses an axis that is out of range or named twice.</summary>
    /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
    public Axes Normalize(Shape shape, string operation)
    {
        var axes = new int[Count];
        for (var k = 0; k < Count; k++) axes[k] = shape.Axis(this[k], operation);
        Array.Sort(axes);
        for (var k = 1; k < axes.Length; k++)
            if (axes[k] == axes[k - 1])
                throw new AxisException($"{operation}: axis {axes[k]} is named twice in {this}. Name each axis once.");
        // A scalar has no axis to work along; PyTorch takes axis 0 of it as "all".
        return shape.Rank == 0 ? new([]) : new(axes);
    }

    /// <summary>True if the axis is one of these.</summary>
    public bool Contains(int axis) => Span.Contains(axis);

    /// <summary>For <c>foreach</c>.</summary>
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => Span.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(Axes other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Axes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var axis in Span) hash.Add(axis);
        return hash.ToHashCode();
    }

    /// <summary>Same axes in the same order.</summary>
    public static bool operator ==(Axes left, Axes right) => left.Equals(right);

    /// <summary>Other axes.</summary>
    public static bool operator !=(Axes left, Axes right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => "[" + string.Join(", ", Span.ToArray()) + "]";
}
