namespace CudaNet.Execution;

/// <summary>How the values that are normalised together lie in memory, and which weight each has: x is [Outer, Groups, Row], groups are normalised over
/// the outer and the row axis, and a row is divided into runs of one weight or has a weight for each element.</summary>
/// <param name="Outer">Rows of a group; they lie Groups·Row apart.</param>
/// <param name="Groups">What is not normalised over.</param>
/// <param name="Row">Elements that lie side by side.</param>
/// <param name="Period">Groups until the weights begin again.</param>
/// <param name="Run">Elements of a run with one weight; Row if the weight is that of the group.</param>
/// <param name="PerElement">A run is the row and each element has a weight of its own.</param>
public sealed record NormLayout(long Outer, long Groups, nint Row, long Period, nint Run, bool PerElement)
{
    // Shorter runs leave most of a vector idle; what the planner makes of the decomposition works across them.
    private const long ShortestRun = 16;

    /// <summary>Runs of a row.</summary>
    public nint Runs => Row / Run;

    /// <summary>Whether loops over runs and rows are worth it.</summary>
    public bool HasLongRuns => (PerElement || Runs == 1 || Run >= ShortestRun) && (Outer == 1 || Row >= ShortestRun);

    /// <summary>Values of a group.</summary>
    public long GroupSize => Outer * Row;

    /// <summary>Elements between rows of a group.</summary>
    public nint RowStride => (nint)(Groups * Row);

    /// <summary>Elements of γ and of β.</summary>
    public long Weights => Period * (PerElement ? Row : Runs);

    /// <summary>Index of the first weight of a group.</summary>
    public long FirstWeight(long group) => group % Period * (PerElement ? Row : Runs);

    /// <summary>The layout of x normalised over axes, or null where it has another structure.</summary>
    /// <param name="x">Shape of x.</param>
    /// <param name="axes">What is normalised over.</param>
    /// <param name="weights">Shape of γ and β, of the rank of x; null for none.</param>
    public static NormLayout? Of(Shape x, Axes axes, Shape? weights)
    {
        if (x.ElementCount == 0) return null;
        var isOneRow = true;
        for (var k = 0; k < x.Rank; k++) isOneRow &= axes.Contains(k) || x[k] == 1;
        // Sizes of the three parts of x, and of those of their axes that have weights. In the groups these must be the last ones, in the row the first.
        var (sizes, weighted, part, closed) = (new long[] { 1, 1, 1 }, new long[] { 1, 1, 1 }, 0, false);
        for (var k = 0; k < x.Rank; k++)
        {
            if (x[k] == 1) continue;
            var next = !axes.Contains(k) ? 1 : part == 0 && !isOneRow ? 0 : 2;
            if (next < part) return null;
            if (next != part) (part, closed) = (next, false);
            var hasWeights = weights is { } shape && shape[k] > 1;
            if (hasWeights && (part == 0 || closed) || part == 1 && !hasWeights && weighted[1] > 1) return null;
            closed = part == 2 && !hasWeights;
            sizes[part] *= x[k];
            if (hasWeights) weighted[part] *= x[k];
        }
        var (row, runs) = (sizes[2], weighted[2]);
        var perElement = runs > 1 && runs == row;
        return new(sizes[0], sizes[1], (nint)row, weighted[1], (nint)(perElement ? row : row / runs), perElement);
    }

    /// <summary>Groups of a part of the work that is worth a thread.</summary>
    public long Grain(long elementsPerPart) => Math.Max(1, elementsPerPart / Math.Max(1, GroupSize));
}
