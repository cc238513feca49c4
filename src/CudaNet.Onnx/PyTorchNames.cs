using CudaNet.Onnx.Proto;

namespace CudaNet.Onnx;

/// <summary>Finds PyTorch's names of stored tensors again. Its exporter stores the weight of a linear layer transposed and
/// under a number; the bias, which is added to the product, has kept its name.</summary>
internal static class PyTorchNames
{
    /// <summary>The layer's name for each stored matrix that is multiplied from the right and whose product gets a bias.</summary>
    public static Dictionary<string, string> TransposedWeights(GraphProto graph)
    {
        var stored = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        var products = graph.Node.Where(node => node.OpType == "MatMul" && node.Input.Count == 2 && stored.Contains(node.Input[1]))
            .ToDictionary(node => node.Output[0], node => node.Input[1], StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in graph.Node.Where(node => node.OpType == "Add" && node.Input.Count == 2))
            foreach (var (product, bias) in new[] { (node.Input[0], node.Input[1]), (node.Input[1], node.Input[0]) })
                if (products.TryGetValue(product, out string? matrix) && stored.Contains(bias) && bias.EndsWith(".bias", StringComparison.Ordinal))
                    names.TryAdd(matrix, bias[..^".bias".Length] + ".weight");
        return names;
    }
}
