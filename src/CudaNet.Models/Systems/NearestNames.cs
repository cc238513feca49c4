namespace CudaNet.Models.Systems;

/// <summary>Finds what someone who mistyped a name may have meant.</summary>
public static class NearestNames
{
    /// <summary>Names that are like another one, the nearest first.</summary>
    /// <param name="name">What was typed.</param>
    /// <param name="known">What there is.</param>
    /// <param name="most">How many are wanted.</param>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known, int most = 3)
    {
        ArgumentNullException.ThrowIfNull(name);
        var typed = name.ToLowerInvariant();
        return [.. known
            .Select(candidate => (Candidate: candidate, Distance: Distance(typed, candidate.ToLowerInvariant())))
            .Where(entry => entry.Distance <= Math.Max(2, typed.Length / 3) || (typed.Length >= 2 && entry.Candidate.Contains(typed, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(entry => entry.Distance).ThenBy(entry => entry.Candidate, StringComparer.Ordinal)
            .Take(most).Select(entry => entry.Candidate)];
    }

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours (Damerau–Levenshtein, restricted).</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
            for (var j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        return d[a.Length, b.Length];
    }
}
