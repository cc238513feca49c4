namespace CudaNet.Nn;

public static partial class Loss
{
    /// <summary>What a discriminator minimises: −E ln D(x) − E ln(1 − D(G(z))), binary cross entropy with 1 for real and 0 for made.
    /// It is 2·ln 2 where D cannot tell them apart.</summary>
    /// <remarks>Goodfellow and others 2014. D = σ(logit), and −ln σ(a) = softplus(−a), −ln(1 − σ(a)) = softplus(a).</remarks>
    /// <param name="real">Logits of real samples.</param>
    /// <param name="fake">Logits of samples of the generator, which is kept out of the gradient by <see cref="Tensor.Detach"/>.</param>
    public static Tensor GanDiscriminator(Tensor real, Tensor fake) => (-real).Softplus().Mean() + fake.Softplus().Mean();

    /// <summary>What the generator minimises in the min-max game: E ln(1 − D(G(z))). Its gradient with respect to the logit is −D: it
    /// vanishes where the discriminator is sure, as at the beginning.</summary>
    /// <param name="fake">Logits of samples of the generator.</param>
    public static Tensor GanSaturating(Tensor fake) => -fake.Softplus().Mean();

    /// <summary>What the generator minimises in practice: −E ln D(G(z)). Its gradient with respect to the logit is D − 1: greatest where
    /// the discriminator is sure.</summary>
    /// <param name="fake">Logits of samples of the generator.</param>
    public static Tensor GanNonSaturating(Tensor fake) => (-fake).Softplus().Mean();
}
