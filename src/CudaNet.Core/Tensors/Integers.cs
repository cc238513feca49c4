using System.Runtime.CompilerServices;

namespace CudaNet;

/// <summary>An immutable list of integers that is equal to another by its values: starts, steps or paddings of several
/// axes. One integer converts to it.</summary>
[CollectionBuilder(typeof(Integers), nameof(Create))]
public readonly struct Integers : IEquatable<Integers>
{
    private readonly long[]? _values;

    private Integers(long[] values) => _values = values;

    /// <summary>The integers, without a copy.</summary>
    public ReadOnlySpan<long> Span => _values;

    /// <summary>How many.</summary>
    public int Count => Span.Length;

    /// <summary>The k-th integer.</summary>
    public long this[int k] => Span[k];

    /// <summary>Target of collection expressions.</summary>
    public static Integers Create(ReadOnlySpan<long> values) => new(values.ToArray());

    /// <summary>One integer several times.</summary>
    public static Integers Repeat(long value, int count)
    {
        var values = new long[count];
        Array.Fill(values, value);
        return new(values);
    }

    /// <summary>One integer.</summary>
    public static implicit operator Integers(long value) => new([value]);

    /// <summary>Several integers.</summary>
    public static implicit operator Integers(long[] values) => new([.. values]);

    /// <summary>Several integers.</summary>
    public static implicit operator Integers(int[] values) => new(Array.ConvertAll(values, v => (long)v));

    /// <summary>With another integer in front.</summary>
    public Integers Prepend(long value) => new([value, .. Span]);

    /// <summary>For <c>foreach</c>.</summary>
    public ReadOnlySpan<long>.Enumerator GetEnumerator() => Span.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(Integers other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Integers other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in Span) hash.Add(value);
        return hash.ToHashCode();
    }

    /// <summary>Same integers in the same order.</summary>
    public static bool operator ==(Integers left, Integers right) => left.Equals(right);

    /// <summary>Other integers.</summary>
    public static bool operator !=(Integers left, Integers right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => "[" + string.Join(", ", Span.ToArray()) + "]";
}
