namespace CudaNet.Nn;

public static partial class Loss
{
    /// <summary>KL[N(μ, σ²) ‖ N(0, 1)] = −½·(1 + ln σ² − μ² − σ²) of each latent, by the logarithm of the variance, which any number
    /// may be.</summary>
    /// <param name="mean">μ, [batch, latents].</param>
    /// <param name="logVariance">ln σ², of the same shape.</param>
    /// <param name="reduction">How the elements become one number; by default the sum over the latents and the mean over the batch.</param>
    /// <remarks>Kingma, Welling 2014, appendix B.</remarks>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor GaussianKl(Tensor mean, Tensor logVariance, LossReduction reduction = LossReduction.BatchMean)
    {
        if (mean.Shape != logVariance.Shape) throw new ShapeException($"Loss.GaussianKl: mean {mean.Shape} and logVariance {logVariance.Shape} differ in shape. Give one of each a latent.");
        // e^x − 1 − x loses its digits near 0, where a collapsed latent is.
        return Reduce((mean.Square() + (logVariance.Expm1() - logVariance)) * 0.5, reduction, null);
    }

    /// <summary>1 − (2·Σp·t + s)/(Σp + Σt + s) of each sample and channel: it counts overlap, so a small object weighs as much as a large one.</summary>
    /// <param name="probability">p, [batch, channels, …]: after the sigmoid or softmax.</param>
    /// <param name="target">t, from 0 to 1, of the same shape.</param>
    /// <param name="smooth">s, above 0, which keeps empty masks defined.</param>
    /// <param name="reduction">How samples and channels become one number.</param>
    /// <remarks>Milletari, Navab, Ahmadi 2016.</remarks>
    /// <exception cref="ShapeException">The shapes differ or have no batch and channels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">s is not above 0.</exception>
    public static Tensor Dice(Tensor probability, Tensor target, double smooth = 1, LossReduction reduction = LossReduction.Mean)
    {
        if (probability.Shape != target.Shape || probability.Rank < 3)
            throw new ShapeException($"Loss.Dice: probability {probability.Shape} and target {target.Shape} must both be [batch, channels, …]. For classes use OneHot and move the classes to axis 1.");
        if (!(smooth > 0)) throw new ArgumentOutOfRangeException(nameof(smooth), smooth, $"Loss.Dice: smooth is {smooth}. Give a number above 0.");
        Tensor p = probability.Flatten(2), t = target.To(p.DType).Flatten(2);
        return Reduce(1 - ((p * t).Sum(-1) * 2 + smooth) / (p.Sum(-1) + t.Sum(-1) + smooth), reduction, null);
    }
}
