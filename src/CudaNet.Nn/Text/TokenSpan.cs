namespace CudaNet.Nn.Text;

/// <summary>A token and the part of the text that it stands for.</summary>
/// <param name="Id">The token.</param>
/// <param name="Begin">First character of the part, in UTF-16 units.</param>
/// <param name="End">Behind its last character.</param>
public readonly record struct TokenSpan(int Id, int Begin, int End);
