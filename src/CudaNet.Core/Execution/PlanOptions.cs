namespace CudaNet.Execution;

/// <summary>How graphs are planned. The defaults are what one wants; the rest is for tests, benchmarks and the curious.</summary>
/// <param name="Fuse">Join ops into one step.</param>
/// <param name="Simplify">Fold constants, join equal subexpressions, apply the ops' rules.</param>
public sealed record PlanOptions(bool Fuse = true, bool Simplify = true)
{
    private static readonly AsyncLocal<PlanOptions?> Scoped = new();

    /// <summary>The options in force; set them for a scope.</summary>
    public static PlanOptions Current
    {
        get => Scoped.Value ?? Default;
        set => Scoped.Value = value;
    }

    /// <summary>Everything on.</summary>
    public static PlanOptions Default { get; } = new();
}
