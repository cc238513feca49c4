using CudaNet.Graphs;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

/// <summary>Runs a graph of ours in torch, node by node by <see cref="TorchTable"/>, so that torch sees the very attributes
/// of each operation, and its autograd can differentiate what ours does.</summary>
internal static class TorchGraph
{
    /// <summary>The value of a tensor that is not computed yet (a computed one has forgotten where it comes from).</summary>
    /// <param name="root">What to compute.</param>
    /// <param name="leaves">The values of the inputs in torch; all other leaves are copied.</param>
    /// <exception cref="NotSupportedException">An operation is not in the table.</exception>
    internal static torch.Tensor Run(Tensor root, IReadOnlyDictionary<Node, torch.Tensor> leaves)
    {
        var values = new Dictionary<Node, torch.Tensor>(leaves);
        foreach (var node in Graph.Collect(root.Node))
        {
            if (values.ContainsKey(node))
                continue;
            var inputs = node.Inputs.Select(input => values[input]).ToArray();
            var value = values[node] = node.IsRealized ? new Tensor(node).ToTorch() : TorchTable.Apply(node.Op, inputs);
            // Named here, where the operation is known, and not at the end of the graph.
            if (!value.shape.SequenceEqual(node.Shape) || value.dtype != node.DType.ToTorch())
                Assert.Fail($"{node.Op}: ours is {node.Type}, torch's {value.dtype}[{string.Join(", ", value.shape)}]");
        }
        return values[root.Node];
    }
}
