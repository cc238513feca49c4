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

    /// <summary>Without recursion along the graph: the decomposition of a sequence is a chain as long as the sequence.</summary>
    private Node Visit(Node node)
    {
        if (_lowered.TryGetValue(node, out var done)) return done;
        var pending = new Stack<Node>();
        pending.Push(node);
        while (pending.TryPeek(out var next))
        {
            var ready = true;
            if (!_lowered.ContainsKey(next))
            {
                foreach (var input in next.Inputs)
                {
                    if (_lowered.ContainsKey(input)) continue;
                    pending.Push(input);
                    ready = false;
                }
                if (!ready) continue;
                var result = Rebuild(next);
                _lowered[result] = result;
                _lowered[next] = result;
            }
            pending.Pop();
        }
        return _lowered[node];
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
