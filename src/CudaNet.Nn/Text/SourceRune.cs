using System.Text;

namespace CudaNet.Nn.Text;

/// <summary>A character after normalisation, and the UTF-16 units of the text that it comes from.</summary>
internal readonly record struct SourceRune(Rune Rune, int Begin, int End);
