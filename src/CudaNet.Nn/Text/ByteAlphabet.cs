using System.Text;

namespace CudaNet.Nn.Text;

/// <summary>The printable stand-ins by which byte-level vocabularies write bytes: printable characters of Latin-1 stand for
/// themselves, the other 68 bytes for U+0100 and on; so a space is Ġ and a line feed Ċ.</summary>
/// <remarks>Radford et al. 2019, as published with GPT-2.</remarks>
internal static class ByteAlphabet
{
    private static readonly char[] Chars = MakeChars();
    private static readonly short[] Bytes = MakeBytes();

    /// <summary>The bytes in the order of their stand-ins as GPT-2 numbers them: those that stand for themselves first.</summary>
    public static IReadOnlyList<byte> Order { get; } =
        [.. Enumerable.Range(0, 256).Select(b => (byte)b).OrderBy(b => Chars[b] != b).ThenBy(b => b)];

    public static string Write(ReadOnlySpan<byte> bytes) =>
        string.Create(bytes.Length, bytes, static (text, source) =>
        {
            for (int i = 0; i < source.Length; i++)
                text[i] = Chars[source[i]];
        });

    /// <summary>The bytes of a token, or null when a character is no stand-in.</summary>
    public static byte[]? Read(ReadOnlySpan<char> token)
    {
        var bytes = new byte[token.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (token[i] >= Bytes.Length || Bytes[token[i]] < 0)
                return null;
            bytes[i] = (byte)Bytes[token[i]];
        }
        return bytes;
    }

    /// <summary>The bytes of a token; a character that is no stand-in gives its UTF-8.</summary>
    public static byte[] ReadLoosely(string token) => Read(token) ?? Encoding.UTF8.GetBytes(token);

    private static char[] MakeChars()
    {
        var chars = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
            chars[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : (char)next++;
        return chars;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[Chars.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (int b = 0; b < 256; b++)
            bytes[Chars[b]] = (short)b;
        return bytes;
    }
}
