using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet;

/// <summary>Maps a function of single examples over a batch (axis 0), by giving each op its batched form: per-example
/// gradients, Jacobians, ensembles.</summary>
public static class Vmap
{
    /// <summary>The function over a batch of its argument.</summary>
    public static Func<Tensor, Tensor> Of(Func<Tensor, Tensor> f) => x => Map(inputs => f(inputs[0]), [x]);

    /// <summary>The function over batches of both arguments.</summary>
    public static Func<Tensor, Tensor, Tensor> Of(Func<Tensor, Tensor, Tensor> f) => (x, y) => Map(inputs => f(inputs[0], inputs[1]), [x, y]);

    /// <summary>The function over batches of all arguments.</summary>
    public static Func<IReadOnlyList<Tensor>, Tensor> Of(Func<IReadOnlyList<Tensor>, Tensor> f) => inputs => Map(f, inputs);

    private static Tensor Map(Func<IReadOnlyList<Tensor>, Tensor> f, IReadOnlyList<Tensor> inputs)
    {
        var batch = inputs.Count > 0 && inputs[0].Rank > 0 ? inputs[0].Shape[0] : throw new ShapeException("Vmap: the arguments need a batch as axis 0.");
        var examples = new Tensor[inputs.Count];
        var values = new Dictionary<Node, (Tensor Tensor, bool Batched)>();
        for (var k = 0; k < examples.Length; k++)
        {
            if (inputs[k].Rank == 0 || inputs[k].Shape[0] != batch)
                throw new ShapeException($"Vmap: argument {k} is {inputs[k].Shape}; its axis 0 must be the batch of {batch}, as of argument 0.");
            var type = new TensorType(inputs[k].Shape.Without(0), inputs[k].DType);
            examples[k] = new(new Node(new Placeholder(k, type), [], type, inputs[k].Device));
            values[examples[k].Node] = (inputs[k], true);
        }
        var y = f(examples);
        foreach (var node in Graph.Collect(y.Node))
        {
            if (values.ContainsKey(node)) continue;
            var arguments = node.Inputs.Select(input => values[input]).ToList();
            values[node] = arguments.Any(a => a.Batched)
                ? (node.Op.Vmap([.. arguments.Select(a => a.Tensor)], [.. arguments.Select(a => a.Batched)]), true)
                : (new Tensor(node), false);
        }
        var (result, batched) = values[y.Node];
        return batched ? result : result.ExpandTo(y.Shape.Insert(0, batch));
    }

    /// <summary>The rule of ops that have none: one element after the other.</summary>
    internal static Tensor ByLoop(Op op, IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
    {
        var batch = inputs.First((_, k) => batched[k]).Shape[0];
        var results = new Tensor[batch];
        var arguments = new Tensor[inputs.Count];
        for (var b = 0; b < results.Length; b++)
        {
            for (var k = 0; k < arguments.Length; k++) arguments[k] = batched[k] ? inputs[k].Select(0, b) : inputs[k];
            results[b] = op.Apply(arguments);
        }
        return Tensor.Stack(results);
    }
}
