namespace CudaNet.Nn;

/// <summary>A variational autoencoder: the encoder gives the mean μ and the logarithm ln σ² of a normal distribution q(z|x), the decoder
/// the mean f(z) of p(x|z) = N(f(z), c·I), and the prior is p(z) = N(0, I).</summary>
/// <remarks>Kingma, Welling 2014; Rezende, Mohamed, Wierstra 2014.</remarks>
public sealed class VariationalAutoencoder : Module
{
    private readonly RandomStream _random;

    /// <summary>Of two modules.</summary>
    /// <param name="encoder">x to [batch, 2·latents]: means first, then logarithms of variances.</param>
    /// <param name="decoder">[batch, latents] to f(z), of x's shape.</param>
    /// <param name="random">Where ζ comes from; <see cref="RandomStream.Default"/> if null.</param>
    public VariationalAutoencoder(Module encoder, Module decoder, RandomStream? random = null) => (Encoder, Decoder, _random) = (encoder, decoder, random ?? RandomStream.Default);

    /// <summary>x to means and logarithms of variances.</summary>
    public Module Encoder { get; }

    /// <summary>z to f(z).</summary>
    public Module Decoder { get; }

    /// <summary>μ and ln σ² of q(z|x), each [batch, latents].</summary>
    /// <exception cref="ShapeException">The encoder's result is not [batch, an even number].</exception>
    public (Tensor Mean, Tensor LogVariance) Encode(Tensor x)
    {
        var heads = Encoder.Forward(x);
        if (heads.Rank != 2 || heads.Shape[1] % 2 != 0)
            throw new ShapeException($"VariationalAutoencoder: the encoder gave {heads.Shape}, but must give [batch, 2·latents]: a mean and a logarithm of the variance for each.");
        var latents = heads.Shape[1] / 2;
        return (heads.Narrow(1, 0, latents), heads.Narrow(1, latents, latents));
    }

    /// <summary>z = μ + σ⊙ζ with ζ ~ N(0, I): a sample of q(z|x) through which gradients flow to μ and σ.</summary>
    public Tensor Reparametrize(Tensor mean, Tensor logVariance) => mean + (logVariance * 0.5).Exp() * _random.Normal(mean.Shape, type: mean.DType);

    /// <summary>f(z).</summary>
    public Tensor Decode(Tensor z) => Decoder.Forward(z);

    /// <summary>The reconstruction of x: of a sampled code in training, of the mean in evaluation.</summary>
    public override Tensor Forward(Tensor x)
    {
        var (mean, logVariance) = Encode(x);
        return Decode(IsTraining ? Reparametrize(mean, logVariance) : mean);
    }

    /// <summary>The two terms of the loss, each summed over pixels or latents and averaged over the batch: ‖x − f(z)‖²/(2c) of a sampled z,
    /// and KL[q(z|x) ‖ p(z)]. Their sum is −ELBO up to a constant; a factor β before the second gives a β-VAE.</summary>
    /// <param name="x">[batch, …].</param>
    /// <param name="variance">c, above 0; ½ gives the plain squared error.</param>
    /// <exception cref="ShapeException">The decoder's result has not x's shape.</exception>
    /// <exception cref="ArgumentOutOfRangeException">c is not above 0.</exception>
    public (Tensor Reconstruction, Tensor Kl) Losses(Tensor x, double variance = 0.5)
    {
        if (!(variance > 0)) throw new ArgumentOutOfRangeException(nameof(variance), variance, $"VariationalAutoencoder: the variance c is {variance}. Give a number above 0.");
        var (mean, logVariance) = Encode(x);
        var reconstruction = Decode(Reparametrize(mean, logVariance));
        if (reconstruction.Shape != x.Shape) throw new ShapeException($"VariationalAutoencoder: the decoder gave {reconstruction.Shape} for the input {x.Shape}. It must give the input's shape.");
        return (Loss.Mse(reconstruction, x, LossReduction.BatchMean) / (2 * variance), Loss.GaussianKl(mean, logVariance));
    }
}
