using System.Runtime.CompilerServices;

namespace CudaNet;

/// <summary>A number for each spatial axis of a window: a stride, a dilation, a kernel size. One integer counts for all axes.</summary>
[CollectionBuilder(typeof(Spatial), nameof(Create))]
public readonly record struct Spatial
{
    private readonly Shape _sizes;

    private Spatial(Shape sizes) => _sizes = sizes;

    /// <summary>Target of collection expressions, as in <c>stride: [2, 1]</c>.</summary>
    public static Spatial Create(ReadOnlySpan<long> sizes) => new(sizes.ToArray());

    /// <summary>The same number along all axes.</summary>
    public static implicit operator Spatial(int size) => new(size >= 0 ? [size] : throw new ShapeException($"Spatial: {size} is negative. Sizes, strides and dilations are positive."));

    /// <summary>For collection expressions.</summary>
    public ReadOnlySpan<long>.Enumerator GetEnumerator() => _sizes.Span.GetEnumerator();

    /// <summary>One number an axis.</summary>
    /// <exception cref="ShapeException">Another number of axes is given, or a number below the least.</exception>
    internal Shape Expand(int axes, string name, string operation, long least = 1)
    {
        if (_sizes.Rank != 1 && _sizes.Rank != axes)
            throw new ShapeException($"{operation}: {name} {_sizes} has {_sizes.Rank} numbers for {axes} spatial axes. Give one number, or one an axis.");
        var sizes = new long[axes];
        for (var k = 0; k < axes; k++) sizes[k] = _sizes.Rank == 1 ? _sizes[0] : _sizes[k];
        foreach (var size in sizes)
            if (size < least) throw new ShapeException($"{operation}: {name} {_sizes} must be at least {least} along each axis.");
        return sizes;
    }

    /// <inheritdoc/>
    public override string ToString() => _sizes.ToString();
}
