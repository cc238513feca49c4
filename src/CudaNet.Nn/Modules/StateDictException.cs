namespace CudaNet.Nn;

/// <summary>A state dict does not fit. The message lists everything that does not.</summary>
public sealed class StateDictException : CudaNetException
{
    internal StateDictException(string owner, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> mismatched)
        : base(Describe(owner, missing, unexpected, mismatched)) =>
        (Missing, Unexpected, Mismatched) = (missing, unexpected, mismatched);

    /// <summary>Names that the module has and the state dict has not.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Names that the state dict has and the module has not.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>Names whose shapes differ, with both shapes.</summary>
    public IReadOnlyList<string> Mismatched { get; }

    private static string Describe(string owner, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> mismatched)
    {
        var reasons = new List<string>();
        if (missing.Count > 0) reasons.Add($"missing: {string.Join(", ", missing)}");
        if (unexpected.Count > 0) reasons.Add($"unexpected: {string.Join(", ", unexpected)}");
        if (mismatched.Count > 0) reasons.Add($"of another shape: {string.Join(", ", mismatched)}");
        var list = reasons.Count == 1 ? reasons[0] : string.Join("; ", reasons.Select((reason, i) => $"({i + 1}) {reason}"));
        return $"{owner}.LoadStateDict: {list}. "
            + (mismatched.Count > 0 ? "Build the module with the sizes that the values were saved with." : "Pass strict: false to load only the names that both have.");
    }
}
