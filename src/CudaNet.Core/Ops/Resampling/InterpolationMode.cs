namespace CudaNet;

/// <summary>How <see cref="Tensor.Interpolate"/> makes elements between elements.</summary>
public enum InterpolationMode
{
    /// <summary>The element before, as torch's "nearest": out[i] = x[⌊i·n/m⌋].</summary>
    Nearest,

    /// <summary>Between two neighbours along each spatial axis by distance: torch's "linear", "bilinear" and "trilinear", by the rank.</summary>
    Linear,
}
