namespace CudaNet.Nn.Text;

/// <summary>A text cannot be cut into tokens, a token id is outside of the vocabulary, or a vocabulary cannot be made as asked.</summary>
public sealed class TokenizerException(string message) : CudaNetException(message);
