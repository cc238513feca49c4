namespace CudaNet.Nn;

/// <summary>How the decoder of a <see cref="UNet"/> doubles its size.</summary>
public enum UNetUpsampling
{
    /// <summary>A transposed convolution of 2×2 with stride 2, which is learned.</summary>
    Transposed,

    /// <summary>Pixels repeated, then a 1×1 convolution.</summary>
    Nearest,

    /// <summary>Bilinear interpolation, then a 1×1 convolution.</summary>
    Bilinear,
}
