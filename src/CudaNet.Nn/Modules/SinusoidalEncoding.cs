namespace CudaNet.Nn;

/// <summary>Adds sinusoidal positions: PE(p, 2i) = sin(p/10000^(2i/size)), PE(p, 2i + 1) = cos of the same. Nothing is learned, and any length has its table.</summary>
/// <remarks>Vaswani et al. 2017.</remarks>
public sealed class SinusoidalEncoding(long size) : Layer
{
    /// <summary>Size of a row.</summary>
    public long Size { get; } = Sizes.Positive(size, "SinusoidalEncoding", nameof(size));

    /// <summary>The encoding of positions first … first + length − 1, [length, size].</summary>
    public static Tensor Table(long length, long size, long first = 0, DType type = DType.Float32, Device? device = null)
    {
        var pairs = (size + 1) / 2;
        var angles = Tensor.Arange(first, first + length, 1, DType.Int64, device).To(DType.Float64).Unsqueeze(1) * (Tensor.Arange(0, pairs, 1, DType.Int64, device).To(DType.Float64) * (-2 * Math.Log(10000) / size)).Exp();
        return Tensor.Stack([angles.Sin(), angles.Cos()], 2).Reshape(length, 2 * pairs).Narrow(1, 0, size).To(type);
    }

    /// <summary>[batch, length, size] plus the encoding of each position.</summary>
    /// <exception cref="ShapeException">The last axis is of another size.</exception>
    protected override Tensor Compute(Tensor x)
    {
        if (x.Rank < 2 || x.Shape[^1] != Size) throw new ShapeException($"{this}: the input is {x.Shape}, but must be […, length, {Size}].");
        return x + Table(x.Shape[^2], Size, 0, x.DType, x.Device);
    }

    /// <inheritdoc/>
    public override string ToString() => $"SinusoidalEncoding({Size})";
}
