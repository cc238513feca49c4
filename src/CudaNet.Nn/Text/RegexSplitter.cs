using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CudaNet.Nn.Text;

/// <summary>Words are the matches of a regular expression and what lies between them.</summary>
/// <remarks>.NET's expressions see UTF-16 units. Each character is therefore shown to the expression as one unit: one beyond
/// U+FFFF as another character of its category, a byte that is no UTF-8 as one of no category.</remarks>
internal sealed partial class RegexSplitter(Regex pattern) : WordSplitter
{
    public static readonly RegexSplitter Cl100k = new(Cl100kPattern());

    public static readonly RegexSplitter O200k = new(O200kPattern());

    private const char Unassigned = '\uFFFF';

    private static readonly Dictionary<UnicodeCategory, char> StandIns = Enumerable.Range(128, 0xD800 - 128).Concat(Enumerable.Range(0xE000, 0x1FFF)).Reverse()
        .GroupBy(c => CharUnicodeInfo.GetUnicodeCategory((char)c)).ToDictionary(group => group.Key, group => (char)group.First());

    public override void Split(ReadOnlySpan<byte> text, List<int> ends)
    {
        char[] units = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            int count = 0;
            for (int at = 0; at < text.Length; count++)
                at += Show(text[at..], out units[count]);

            int unit = 0, bytes = 0;
            foreach (var match in pattern.EnumerateMatches(units.AsSpan(0, count)))
            {
                if (match.Length == 0)
                    continue;
                End(match.Index, text);
                End(match.Index + match.Length, text);
            }
            End(count, text);

            void End(int at, ReadOnlySpan<byte> source)
            {
                if (at == unit)
                    return;
                for (; unit < at; unit++)
                    bytes += Show(source[bytes..], out _);
                ends.Add(bytes);
            }
        }
        finally
        {
            ArrayPool<char>.Shared.Return(units);
        }
    }

    /// <summary>The matches in a text, in UTF-16 units.</summary>
    /// <exception cref="TokenizerException">The expression takes too long.</exception>
    public List<(int Begin, int End)> Find(string text)
    {
        var places = new int[text.Length + 1];
        char[] units = new char[text.Length];
        int count = 0, at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            places[count] = at;
            at += rune.Utf16SequenceLength;
            units[count++] = StandInFor(rune);
        }
        places[count] = at;
        var found = new List<(int, int)>();
        try
        {
            foreach (var match in pattern.EnumerateMatches(units.AsSpan(0, count)))
                if (match.Length > 0)
                    found.Add((places[match.Index], places[match.Index + match.Length]));
        }
        catch (RegexMatchTimeoutException)
        {
            throw new TokenizerException($"The tokenizer's expression \"{ByteLevelBpe.Shorten(pattern.ToString())}\" takes more than {pattern.MatchTimeout.TotalSeconds} s for a text of {text.Length} characters. Give shorter texts.");
        }
        return found;
    }

    private static char StandInFor(Rune rune) => rune.IsBmp ? (char)rune.Value : StandIns.GetValueOrDefault(Rune.GetUnicodeCategory(rune), Unassigned);

    private static int Show(ReadOnlySpan<byte> text, out char unit)
    {
        if (text[0] < 128)
        {
            unit = (char)text[0];
            return 1;
        }
        unit = Rune.DecodeFromUtf8(text, out var rune, out int bytes) == OperationStatus.Done ? StandInFor(rune) : Unassigned;
        return bytes;
    }

    [GeneratedRegex(@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Cl100kPattern();

    [GeneratedRegex(@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex O200kPattern();
}
