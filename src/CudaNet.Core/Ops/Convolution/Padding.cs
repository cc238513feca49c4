namespace CudaNet;

/// <summary>Zeros around the spatial axes of a convolution: numbers, or "same" (the result has the input's size, at stride 1)
/// or "valid" (none).</summary>
public sealed record Padding
{
    private readonly (int Low, int High)[]? _sizes;

    /// <summary>Before and behind each spatial axis.</summary>
    /// <exception cref="ShapeException">A number is negative.</exception>
    public Padding(params ReadOnlySpan<(int Low, int High)> sizes)
    {
        foreach (var (low, high) in sizes)
            if (low < 0 || high < 0) throw new ShapeException($"Padding: ({low}, {high}) is negative. Slice the input to crop it.");
        _sizes = sizes.ToArray();
    }

    private Padding() { }

    /// <summary>So much that the result has the input's size; at an odd total the extra zero stands behind, as in PyTorch.</summary>
    public static Padding Same { get; } = new();

    /// <summary>None.</summary>
    public static Padding Valid { get; } = new((0, 0));

    /// <summary>The same number on all sides.</summary>
    public static implicit operator Padding(int size) => new((size, size));

    /// <summary>One number an axis, on both sides.</summary>
    public static implicit operator Padding(int[] sizes) => new(Array.ConvertAll(sizes, size => (size, size)));

    /// <summary>"same" or "valid".</summary>
    /// <exception cref="ShapeException">Any other text.</exception>
    public static implicit operator Padding(string name) => name switch
    {
        "same" => Same,
        "valid" => Valid,
        _ => throw new ShapeException($"Padding: '{name}' is unknown. Use \"same\", \"valid\" or numbers."),
    };

    /// <summary>Zeros before and behind each axis for a kernel.</summary>
    internal (Shape Low, Shape High) Resolve(Shape kernel, Shape stride, Shape dilation, string operation)
    {
        var axes = kernel.Rank;
        var (low, high) = (new long[axes], new long[axes]);
        if (_sizes is { } sizes && sizes.Length != 1 && sizes.Length != axes)
            throw new ShapeException($"{operation}: padding {this} has {sizes.Length} entries for {axes} spatial axes. Give one, or one an axis.");
        for (var k = 0; k < axes; k++)
            if (_sizes is null)
            {
                if (stride[k] != 1) throw new ShapeException($"{operation}: padding \"same\" needs stride 1, not {stride}. Give the padding in numbers.");
                var total = dilation[k] * (kernel[k] - 1);
                (low[k], high[k]) = (total / 2, total - total / 2);
            }
            else
                (low[k], high[k]) = _sizes.Length == 1 ? _sizes[0] : _sizes[k];
        return (low, high);
    }

    /// <inheritdoc/>
    public bool Equals(Padding? other) => other is not null && (_sizes is null ? other._sizes is null : other._sizes is not null && _sizes.AsSpan().SequenceEqual(other._sizes));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var size in _sizes ?? []) hash.Add(size);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => _sizes is null ? "same" : "[" + string.Join(", ", _sizes) + "]";
}
