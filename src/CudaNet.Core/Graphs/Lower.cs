using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>First stage of planning: composites that the backend does not claim are replaced by their decomposition.</summary>
internal sealed class Lower
{
    private readonly Dictionary<Node, Node> _lowered = [];
    private readonly IBackend _backend;

    private Lower(IBackend backend) => _backend = backend;

    public static Node[] Run(ReadOnlySpan<Node> roots, IBackend backend)
    {
        var pass = new Lower(backend);
        foreach (var node in Graph.Collect(roots)) pass.Visit(node);
        return Array.ConvertAll(roots.ToArray(), root => pass._lowered[root]);
    }

    private Node Visit(Node node)
    {
        if (_lowered.TryGetValue(node, out var done)) return done;
        // Inputs are done already, but for nodes that a decomposition has just made: those are few and shallow.
        foreach (var input in node.Inputs) Visit(input);
        var result = Rebuild(node);
        _lowered[result] = result;
        return _lowered[node] = result;
    }

    private Node Rebuild(Node node)
    {
        if (node.IsRealized) return node;
        var inputs = new Tensor[node.Inputs.Count];
        var types = new TensorType[inputs.Length];
        var changed = false;
        for (var k = 0; k < inputs.Length; k++)
        {
            var input = _lowered[node.Inputs[k]];
            changed |= input != node.Inputs[k];
            inputs[k] = new(input);
            types[k] = input.Type;
        }
        if (node.Op is IComposite composite && !_backend.Claims(node.Op, types))
        {
            var decomposed = composite.Decompose(inputs).Node;
            if (decomposed.Type != node.Type)
                throw new GraphException($"{node.Op.Name}: its decomposition gives {decomposed.Type}, its rule {node.Type}.");
            return Visit(decomposed); // it may hold composites again
        }
        return changed ? new Node(node.Op, Array.ConvertAll(inputs, i => i.Node), node.Type, node.Device) : node;
    }
}
