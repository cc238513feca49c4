using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet;

/// <summary>Reverse-mode differentiation as a transformation of graphs: the result is a graph of the same ops, which can
/// be differentiated again.</summary>
public static class Grad
{
    /// <summary>Gradients of a scalar with respect to tensors; zeros where it does not depend on one.</summary>
    /// <exception cref="GraphException">y is not a scalar, or an op on the way has no gradient.</exception>
    public static Tensor[] Of(Tensor y, params ReadOnlySpan<Tensor> xs) => y.ElementCount == 1
        ? Vjp(y, y.OnesLike(), xs)
        : throw new GraphException($"Grad.Of: y is {y.Shape}, not a scalar. Reduce it (Sum, Mean), or use Vjp.Of with the gradient of y.");

    /// <summary>Gradient of a scalar with respect to one tensor.</summary>
    /// <inheritdoc cref="Of(Tensor, ReadOnlySpan{Tensor})"/>
    public static Tensor Of(Tensor y, Tensor x) => Of(y, [x])[0];

    /// <summary>Σ upstream · ∂y/∂x for each x.</summary>
    internal static Tensor[] Vjp(Tensor y, Tensor upstream, ReadOnlySpan<Tensor> xs)
    {
        if (!y.DType.IsFloating()) throw new GraphException($"Grad: y is {y.DType.ShortName()}; only floating tensors have gradients.");
        // Gradients have the types of the forward pass.
        using var asWritten = Autocast.Off();
        var targets = new HashSet<Node>();
        foreach (var x in xs) targets.Add(x.Node);
        var order = Graph.Between(y.Node, targets);
        var gradients = new Dictionary<Node, Tensor> { [y.Node] = upstream };
        var reached = order.ToHashSet();
        for (var k = order.Count - 1; k >= 0; k--)
        {
            var node = order[k];
            if (!gradients.TryGetValue(node, out var gradient) || node.History.Count == 0) continue;
            var needs = new bool[node.History.Count];
            for (var i = 0; i < needs.Length; i++) needs[i] = reached.Contains(node.History[i]);
            if (!needs.Contains(true)) continue;
            var partials = Differentiate(node, gradient, needs);
            for (var i = 0; i < needs.Length; i++)
                if (needs[i] && partials[i] is { } partial)
                    gradients[node.History[i]] = gradients.TryGetValue(node.History[i], out var sum) ? sum + partial : partial;
        }
        var result = new Tensor[xs.Length];
        List<Node>? forgotten = null;
        for (var k = 0; k < result.Length; k++)
        {
            if (!reached.Contains(xs[k].Node))
                RefuseForgotten(forgotten ??= [.. Graph.CollectHistory(y.Node).Where(node => node.IsForgotten)], xs[k].Node);
            result[k] = gradients.TryGetValue(xs[k].Node, out var g) ? g : xs[k].ZerosLike();
        }
        return result;
    }

    /// <summary>Zeros would be wrong if the way from x to y went through a value whose history is gone.</summary>
    private static void RefuseForgotten(List<Node> forgotten, Node x)
    {
        foreach (var node in forgotten)
            if (node.Id > x.Id && node.OldestSource <= x.Id)
                throw new GraphException($"Grad: y may depend on x by way of {node}, whose graph is gone: it was read (Item, ToArray, ToString) or "
                    + "computed by a compiled function before. Take the gradient first, or make x a Parameter, whose graph is kept.");
    }

    private static IReadOnlyList<Tensor?> Differentiate(Node node, Tensor gradient, bool[] needs)
    {
        var inputs = new Tensor[node.History.Count];
        for (var k = 0; k < inputs.Length; k++) inputs[k] = new(node.History[k]);
        using var origin = Anomaly.GradientOf(node);
        return node.Op.Vjp(new(inputs, new(node), gradient) { Needs = needs });
    }
}
