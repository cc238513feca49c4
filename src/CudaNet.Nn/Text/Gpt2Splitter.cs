using System.Buffers;
using System.Text;

namespace CudaNet.Nn.Text;

/// <summary>The pattern <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c> by hand, which is
/// several times faster than a regular expression and sees letters beyond U+FFFF.</summary>
internal sealed class Gpt2Splitter : WordSplitter
{
    public static readonly Gpt2Splitter Instance = new();

    private static readonly Kind[] Ascii = [.. Enumerable.Range(0, 128).Select(c => KindOf(new Rune(c)))];

    private enum Kind : byte { Other, Letter, Number, Space }

    public override void Split(ReadOnlySpan<byte> text, List<int> ends)
    {
        for (int at = 0; at < text.Length; ends.Add(at))
            at += WordLength(text[at..]);
    }

    private static int WordLength(ReadOnlySpan<byte> text)
    {
        int contraction = Contraction(text);
        if (contraction > 0)
            return contraction;

        int begin = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        var kind = Next(text[begin..], out int bytes);
        if (kind == Kind.Space)
            return SpaceLength(text);
        int at = begin + bytes;
        while (at < text.Length && Next(text[at..], out bytes) == kind)
            at += bytes;
        return at;
    }

    /// <summary>All spaces at the text's end; before a word all but the last, which belongs to the word if it is U+0020.</summary>
    private static int SpaceLength(ReadOnlySpan<byte> text)
    {
        int at = 0, last = 0;
        while (at < text.Length && Next(text[at..], out int bytes) == Kind.Space)
            (last, at) = (at, at + bytes);
        return at == text.Length || last == 0 ? at : last;
    }

    private static int Contraction(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)'\'', (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d', ..] => 2,
        [(byte)'\'', (byte)'r' or (byte)'v', (byte)'e', ..] or [(byte)'\'', (byte)'l', (byte)'l', ..] => 3,
        _ => 0,
    };

    private static Kind Next(ReadOnlySpan<byte> text, out int bytes)
    {
        if (text[0] < 128)
        {
            bytes = 1;
            return Ascii[text[0]];
        }
        // A byte that is no UTF-8 counts as a sign of its own.
        return Rune.DecodeFromUtf8(text, out var rune, out bytes) == OperationStatus.Done ? KindOf(rune) : Kind.Other;
    }

    private static Kind KindOf(Rune rune) =>
        Rune.IsLetter(rune) ? Kind.Letter : Rune.IsNumber(rune) ? Kind.Number : Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other;
}
