namespace CudaNet.Models.Transformers;

/// <summary>Hides tokens for an encoder to find: of those that are chosen 80 % become the mask, 10 % another token, and 10 % stay as they are.</summary>
/// <remarks>Devlin et al. 2019. Called anew for each epoch it is RoBERTa's dynamic masking.</remarks>
public static class MaskedTokens
{
    /// <summary>Target of a token that is not asked for.</summary>
    public const long Ignored = -100;

    /// <summary>Hides some of the tokens.</summary>
    /// <param name="tokens">Int64 of any shape.</param>
    /// <param name="random">Decides which.</param>
    /// <param name="mask">The token that hides.</param>
    /// <param name="vocabulary">Number of tokens.</param>
    /// <param name="firstOrdinary">Tokens below it are special: never chosen, and never put in place of another.</param>
    /// <param name="share">Share that is chosen.</param>
    /// <returns>The tokens with some hidden, and what is asked: the old token, or <see cref="Ignored"/>.</returns>
    public static (Tensor Inputs, Tensor Targets) Hide(Tensor tokens, RandomStream random, long mask, long vocabulary, long firstOrdinary = 0, double share = 0.15)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(random);
        if (mask < 0 || mask >= vocabulary || firstOrdinary >= vocabulary) throw new ArgumentOutOfRangeException(nameof(mask), mask, $"MaskedTokens: mask {mask} and first ordinary token {firstOrdinary} for {vocabulary} tokens. Both must be below.");
        var chosen = random.Bernoulli(tokens.Shape, share) & (tokens >= firstOrdinary);
        var kind = random.Uniform(tokens.Shape);
        var other = random.Integers(tokens.Shape, firstOrdinary, vocabulary);
        var hidden = (kind < 0.8).Where(mask, (kind < 0.9).Where(other, tokens));
        return (chosen.Where(hidden, tokens), chosen.Where(tokens, Ignored));
    }
}
