using System.Globalization;
using System.Text;
using CudaNet.Nn.Text.Unicode;

namespace CudaNet.Nn.Text;

/// <summary>BERT's preparation of text: control characters go, Chinese characters become words, and for uncased vocabularies
/// letters become small and lose their accents; then words are cut at spaces and around punctuation.</summary>
/// <remarks>Devlin et al. 2018, as published with the model.</remarks>
internal sealed record BertNormalizer(bool Lowercase, bool StripAccents, bool CleanText = true, bool SpaceChinese = true)
{
    /// <summary>The words of a text, each character with the place that it comes from.</summary>
    public List<List<SourceRune>> Words(string text)
    {
        var words = new List<List<SourceRune>>();
        var word = new List<SourceRune>();
        foreach (var rune in Normalize(text))
        {
            bool apart = IsPunctuation(rune.Rune) || (SpaceChinese && IsChinese(rune.Rune));
            if ((apart || Rune.IsWhiteSpace(rune.Rune)) && word.Count > 0)
            {
                words.Add(word);
                word = [];
            }
            if (apart)
                words.Add([rune]);
            else if (!Rune.IsWhiteSpace(rune.Rune))
                word.Add(rune);
        }
        if (word.Count > 0)
            words.Add(word);
        return words;
    }

    /// <summary>The characters of a text as the vocabulary has them, with their places; nothing is put around Chinese ones.</summary>
    public IEnumerable<SourceRune> Normalize(string text)
    {
        var parts = new List<Rune>();
        int at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            int begin = at;
            at += rune.Utf16SequenceLength;
            if (CleanText && IsControl(rune))
                continue;
            if (CleanText && Rune.IsWhiteSpace(rune))
            {
                yield return new SourceRune(new Rune(' '), begin, at);
                continue;
            }
            parts.Clear();
            if (StripAccents)
                UnicodeNormalizer.Decompose(rune, compatibility: false, parts);
            else
                parts.Add(rune);
            foreach (var part in parts)
                if (!StripAccents || Rune.GetUnicodeCategory(part) != UnicodeCategory.NonSpacingMark)
                    yield return new SourceRune(Lowercase ? Rune.ToLowerInvariant(part) : part, begin, at);
        }
    }

    public static bool IsPunctuation(Rune rune) =>
        rune.Value is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126) || Rune.IsPunctuation(rune);

    public static bool IsChinese(Rune rune) => rune.Value is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private static bool IsControl(Rune rune) => rune.Value is not ('\t' or '\n' or '\r')
        && (rune.Value is 0xFFFD || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
