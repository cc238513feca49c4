using System.Globalization;
using System.Text;

namespace CudaNet.Nn.Text.Unicode;

/// <summary>The normal forms of Unicode from a table of our own: .NET's need ICU, which programs may be built without, and
/// then leave every text as it is, silently.</summary>
/// <remarks>Unicode Standard Annex 15.</remarks>
internal static class UnicodeNormalizer
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Trails = 28, Syllables = Leads * Vowels * Trails;

    private static readonly Lazy<Table> Data = new(Load);

    /// <summary>A text in a normal form. Half a surrogate pair counts as U+FFFD.</summary>
    public static string Normalize(string text, NormalizationForm form)
    {
        if (Ascii.IsValid(text))
            return text;
        bool compatibility = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        var runes = new List<Rune>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune, compatibility, runes);
        Order(runes);
        if (form is NormalizationForm.FormC or NormalizationForm.FormKC)
            Compose(runes);
        var result = new StringBuilder(text.Length);
        foreach (var rune in runes)
            result.Append(rune);
        return result.ToString();
    }

    /// <summary>Appends the full decomposition of a character.</summary>
    public static void Decompose(Rune rune, bool compatibility, List<Rune> destination)
    {
        int value = rune.Value;
        if (value < 0x80)
        {
            destination.Add(rune);
        }
        else if (value - HangulBase is >= 0 and < Syllables and var syllable)
        {
            destination.Add(new Rune(LeadBase + syllable / (Vowels * Trails)));
            destination.Add(new Rune(VowelBase + syllable / Trails % Vowels));
            if (syllable % Trails > 0)
                destination.Add(new Rune(TrailBase + syllable % Trails));
        }
        else if (Data.Value.Canonical.TryGetValue(value, out var parts) || (compatibility && Data.Value.Compatible.TryGetValue(value, out parts)))
        {
            foreach (int part in parts)
                Decompose(new Rune(part), compatibility, destination);
        }
        else
        {
            destination.Add(rune);
        }
    }

    private static int ClassOf(Rune rune) => rune.Value < 0x300 ? 0 : Data.Value.Classes.GetValueOrDefault(rune.Value);

    /// <summary>Puts marks that follow one another into the order of their classes.</summary>
    private static void Order(List<Rune> runes)
    {
        for (int begin = 0; begin < runes.Count; begin++)
        {
            if (ClassOf(runes[begin]) == 0)
                continue;
            int end = begin + 1;
            while (end < runes.Count && ClassOf(runes[end]) > 0)
                end++;
            if (end - begin > 1)
            {
                // Sorting by LINQ is stable, as the order of equal classes must be kept.
                var sorted = runes.GetRange(begin, end - begin).OrderBy(ClassOf).ToArray();
                for (int i = 0; i < sorted.Length; i++)
                    runes[begin + i] = sorted[i];
            }
            begin = end;
        }
    }

    private static void Compose(List<Rune> runes)
    {
        int starter = -1, last = -1, written = 0;
        for (int i = 0; i < runes.Count; i++)
        {
            int mark = ClassOf(runes[i]);
            // A mark of the same or a higher class in between keeps it from the starter.
            if (starter >= 0 && (last < mark || last < 0) && Composed(runes[starter].Value, runes[i].Value) is { } both)
            {
                runes[starter] = new Rune(both);
                continue;
            }
            if (mark == 0)
                (starter, last) = (written, -1);
            else
                last = mark;
            runes[written++] = runes[i];
        }
        runes.RemoveRange(written, runes.Count - written);
    }

    private static int? Composed(int first, int second)
    {
        if (first - LeadBase is >= 0 and < Leads and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
            return HangulBase + (lead * Vowels + vowel) * Trails;
        if (first - HangulBase is >= 0 and < Syllables and var syllable && syllable % Trails == 0 && second - TrailBase is > 0 and < Trails and var trail)
            return first + trail;
        return Data.Value.Compositions.TryGetValue((first, second), out int both) ? both : null;
    }

    private static Table Load()
    {
        var table = new Table([], [], [], []);
        using var stream = typeof(UnicodeNormalizer).Assembly.GetManifestResourceStream("CudaNet.Nn.Text.Unicode.unicode-14.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] == '#')
                continue;
            int[] numbers = [.. line[1..].Split(' ').Select(word => int.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            switch (line[0])
            {
                case '@':
                    for (int i = 0; i < numbers[1]; i++)
                        table.Classes.Add(numbers[0] + i, numbers[2]);
                    break;
                case '~':
                    table.Compatible.Add(numbers[0], numbers[1..]);
                    break;
                default:
                    table.Canonical.Add(numbers[0], numbers[1..]);
                    if (line[0] == '=')
                        table.Compositions.Add((numbers[1], numbers[2]), numbers[0]);
                    break;
            }
        }
        return table;
    }

    private sealed record Table(Dictionary<int, int[]> Canonical, Dictionary<int, int[]> Compatible, Dictionary<(int, int), int> Compositions, Dictionary<int, int> Classes);
}
