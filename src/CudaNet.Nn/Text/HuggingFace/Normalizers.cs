using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CudaNet.Nn.Text.Unicode;

namespace CudaNet.Nn.Text.HuggingFace;

/// <summary>What is done to a text before it is cut.</summary>
internal static class Normalizers
{
    /// <summary>No expression of a tokenizer takes long; one that does was made to.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static Func<string, string> Of(TokenizerConfig config)
    {
        switch (config.Type)
        {
            case "Sequence":
                Func<string, string>[] steps = [.. config["normalizers"].Elements().Select(Of)];
                return text => steps.Aggregate(text, (result, step) => step(result));
            case "NFC":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormC);
            case "NFD":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormD);
            case "NFKC":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormKC);
            case "NFKD":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormKD);
            case "Lowercase":
                return text => text.ToLowerInvariant();
            case "StripAccents":
                return text => string.Concat(text.EnumerateRunes().Where(rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark).Select(rune => rune.ToString()));
            case "Strip":
                var (left, right) = (config.Flag("strip_left", true), config.Flag("strip_right", true));
                return text => left ? right ? text.Trim() : text.TrimStart() : right ? text.TrimEnd() : text;
            case "Prepend":
                string prefix = config["prepend"].Text();
                return text => text.Length == 0 ? text : prefix + text;
            case "Replace":
                return Replace(config);
            case "BertNormalizer":
                return Bert(config);
            default:
                throw config.Unsupported("normalizer", "Sequence", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Prepend", "Replace", "BertNormalizer");
        }
    }

    public static Regex Pattern(TokenizerConfig config)
    {
        if (config.Find("String") is { } text)
            return new Regex(Regex.Escape(text.Text()), RegexOptions.CultureInvariant, Patience);
        var expression = config["Regex"];
        try
        {
            return new Regex(expression.Text(), RegexOptions.CultureInvariant, Patience);
        }
        catch (ArgumentException e)
        {
            throw expression.Fail($"is an expression that cannot be read ({e.Message.TrimEnd('.')})");
        }
    }

    private static Func<string, string> Replace(TokenizerConfig config)
    {
        string content = config["content"].Text();
        if (config["pattern"].Find("String") is { } plain)
        {
            string old = plain.Text();
            return old.Length == 0 ? throw plain.Fail("is empty") : text => text.Replace(old, content, StringComparison.Ordinal);
        }
        var pattern = Pattern(config["pattern"]);
        return text => pattern.Replace(text, _ => content);
    }

    private static Func<string, string> Bert(TokenizerConfig config)
    {
        bool lowercase = config.Flag("lowercase", true);
        var normalizer = new BertNormalizer(lowercase, config.Flag("strip_accents", lowercase), config.Flag("clean_text", true));
        bool chinese = config.Flag("handle_chinese_chars", true);
        return text =>
        {
            var result = new StringBuilder(text.Length);
            foreach (var (rune, _, _) in normalizer.Normalize(text))
                _ = chinese && BertNormalizer.IsChinese(rune) ? result.Append(' ').Append(rune).Append(' ') : result.Append(rune);
            return result.ToString();
        };
    }
}
