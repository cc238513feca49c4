namespace CudaNet.Nn;

/// <summary>In training sets whole channels of images, [batch, channels, height, width], to zero with probability p and scales the rest by 1/(1 − p).</summary>
/// <param name="p">Probability of zero, from 0 to 1.</param>
/// <param name="random">The stream that decides; <see cref="RandomStream.Default"/> if null.</param>
/// <exception cref="ArgumentOutOfRangeException">p is no probability.</exception>
public sealed class Dropout2d(double p = 0.5, RandomStream? random = null) : ChannelDropout(2, p, random);
