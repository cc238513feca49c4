using System.Globalization;

namespace CudaNet.Nn.Text;

/// <summary>Bytes written as tokens, <c>&lt;0x0A&gt;</c>: SentencePiece's way out for characters that no piece has.</summary>
internal static class ByteTokens
{
    public static string Of(byte value) => $"<0x{value:X2}>";

    public static byte? Parse(string token) => token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
        && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) ? value : null;
}
