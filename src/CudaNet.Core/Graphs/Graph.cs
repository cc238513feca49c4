using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>Walks over nodes.</summary>
public static partial class Graph
{
    private const int MostKept = 1 << 14;

    [ThreadStatic] private static HashSet<Node>? _seen;
    [ThreadStatic] private static Stack<Node>? _stack;

    /// <summary>The nodes that the given ones need, inputs before their users; realised nodes are leaves.</summary>
    public static IReadOnlyList<Node> Collect(params ReadOnlySpan<Node> roots) => Walk(roots, static node => node.InputArray);

    /// <summary>As <see cref="Collect"/>, and on into the histories of values that were read.</summary>
    public static IReadOnlyList<Node> CollectHistory(params ReadOnlySpan<Node> roots) => Walk(roots, static node => node.HistoryArray);

    private static Node[] Walk(ReadOnlySpan<Node> roots, Func<Node, Node[]> inputs)
    {
        // Tables are kept for the next walk: growing them anew costs as much as the walk.
        var (seen, stack) = (_seen ??= [], _stack ??= []);
        try
        {
            foreach (var root in roots)
                if (seen.Add(root)) stack.Push(root);
            while (stack.TryPop(out var node))
                foreach (var input in inputs(node))
                    if (seen.Add(input)) stack.Push(input);
            return Sorted(seen);
        }
        finally
        {
            stack.Clear();
            if (seen.Count > MostKept) _seen = null;
            else seen.Clear();
        }
    }

    /// <summary>The nodes on paths from <paramref name="sources"/> to <paramref name="root"/>, both included where they
    /// lie on one, inputs before their users.</summary>
    internal static IReadOnlyList<Node> Between(Node root, HashSet<Node> sources)
    {
        var depends = new HashSet<Node>();
        foreach (var node in CollectHistory(root))
        {
            var reached = sources.Contains(node);
            foreach (var input in node.History) reached |= depends.Contains(input);
            if (reached) depends.Add(node);
        }
        return Sorted(depends);
    }

    /// <summary>The nodes whose values a plan is given when it runs: computed ones, and arguments of a traced function.</summary>
    internal static List<Node> Leaves(IReadOnlyList<Node> nodes)
    {
        var leaves = new List<Node>();
        foreach (var node in nodes)
            if (node.IsRealized || node.Op is Placeholder) leaves.Add(node);
        return leaves;
    }

    /// <summary>Where a graph runs: literals have no place of their own.</summary>
    internal static Device DeviceOf(ReadOnlySpan<Node> roots)
    {
        foreach (var root in roots)
            if (Simplify.LiteralOf(root) is null) return root.Device;
        return roots[0].Device;
    }

    private static Node[] Sorted(HashSet<Node> nodes)
    {
        var sorted = nodes.ToArray();
        var numbers = Array.ConvertAll(sorted, static node => node.Id);
        Array.Sort(numbers, sorted);
        return sorted;
    }
}
