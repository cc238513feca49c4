using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>Walks over nodes.</summary>
public static partial class Graph
{
    /// <summary>The nodes that the given ones need, inputs before their users; realised nodes are leaves.</summary>
    public static IReadOnlyList<Node> Collect(params ReadOnlySpan<Node> roots) => Walk(roots, static node => node.Inputs);

    /// <summary>As <see cref="Collect"/>, and on into the histories of values that were read.</summary>
    public static IReadOnlyList<Node> CollectHistory(params ReadOnlySpan<Node> roots) => Walk(roots, static node => node.History);

    private static List<Node> Walk(ReadOnlySpan<Node> roots, Func<Node, IReadOnlyList<Node>> inputs)
    {
        var seen = new HashSet<Node>();
        var stack = new Stack<Node>();
        foreach (var root in roots) stack.Push(root);
        while (stack.TryPop(out var node))
            if (seen.Add(node))
                foreach (var input in inputs(node)) stack.Push(input);
        return Sorted(seen);
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

    private static List<Node> Sorted(HashSet<Node> nodes)
    {
        var sorted = nodes.ToList();
        sorted.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return sorted;
    }
}
