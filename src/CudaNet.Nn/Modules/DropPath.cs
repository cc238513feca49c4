namespace CudaNet.Nn;

/// <summary>In training sets whole samples to zero with probability p and scales the rest by 1/(1 − p). On the branch of a residual
/// block it leaves the shortcut alone: stochastic depth.</summary>
/// <remarks>Huang, Sun, Liu, Sedra, Weinberger 2016.</remarks>
/// <param name="p">Probability of zero, from 0 to 1.</param>
/// <param name="random">The stream that decides; <see cref="RandomStream.Default"/> if null.</param>
/// <exception cref="ArgumentOutOfRangeException">p is no probability.</exception>
public sealed class DropPath(double p = 0.1, RandomStream? random = null) : Layer
{
    private readonly RandomStream _random = random ?? RandomStream.Default;

    /// <summary>Probability of zero.</summary>
    public double P { get; } = Sizes.Probability(p, nameof(DropPath));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (x.Rank == 0) throw new ShapeException("DropPath: a scalar has no samples. Give a tensor with the batch along axis 0.");
        return IsTraining ? ChannelDropout.Masked(x, P, 1, _random) : x;
    }

    /// <inheritdoc/>
    public override string ToString() => $"DropPath({P})";
}
