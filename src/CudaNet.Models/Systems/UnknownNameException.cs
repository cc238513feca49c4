namespace CudaNet.Models.Systems;

/// <summary>A name that nothing has. The message names the nearest ones.</summary>
public sealed class UnknownNameException : CudaNetException
{
    /// <summary>Builds the message.</summary>
    /// <param name="kind">What was looked for: "system", "op", …</param>
    /// <param name="name">The name that was given.</param>
    /// <param name="known">All names that there are.</param>
    public UnknownNameException(string kind, string name, IReadOnlyList<string> known) : base(Describe(kind, name, known)) =>
        (Name, Nearest) = (name, NearestNames.Of(name, known));

    /// <summary>The name that was given.</summary>
    public string Name { get; }

    /// <summary>Known names like it, the nearest first.</summary>
    public IReadOnlyList<string> Nearest { get; }

    private static string Describe(string kind, string name, IReadOnlyList<string> known)
    {
        var nearest = NearestNames.Of(name, known);
        return $"'{name}' is no {kind}. " + (nearest.Count > 0 ? $"Did you mean {string.Join(", ", nearest)}?"
            : known.Count <= 12 ? $"There is {string.Join(", ", known)}." : $"There are {known.Count}, from {known[0]} to {known[^1]}.");
    }
}
