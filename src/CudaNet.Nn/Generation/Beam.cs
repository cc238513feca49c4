namespace CudaNet.Nn.Generation;

/// <summary>A text that a beam search found.</summary>
/// <param name="Tokens">Tokens behind the prompt.</param>
/// <param name="LogProbability">Sum of the logarithms of their probabilities.</param>
/// <param name="Score">What beams are compared by.</param>
public sealed record Beam(long[] Tokens, double LogProbability, double Score);
