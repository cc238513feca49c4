using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>
/// Second stage of planning: every node is rebuilt over simplified inputs. Equal ops on equal inputs become one
/// (common subexpressions), scalars that are known are computed, and each op's own rule (<see cref="Op.Simplify"/>)
/// is applied until none fits. What no root needs any more is simply not reached.
/// </summary>
internal sealed class Simplify
{
    private readonly Dictionary<(Op Op, InputList Inputs), Node> _known = [];
    private readonly Dictionary<Node, Node> _simplified = [];

    public static Node[] Run(ReadOnlySpan<Node> roots)
    {
        var pass = new Simplify();
        foreach (var node in Graph.Collect(roots)) pass._simplified[node] = pass.Visit(node);
        return Array.ConvertAll(roots.ToArray(), root => pass._simplified[root]);
    }

    private Node Visit(Node node)
    {
        if (_simplified.TryGetValue(node, out var done)) return done;
        if (node.IsRealized || node.Op is Placeholder) return node;
        var inputs = new Node[node.Inputs.Count];
        for (var k = 0; k < inputs.Length; k++) inputs[k] = _simplified[node.Inputs[k]];
        return Intern(node.Op, inputs, node);
    }

    /// <summary>The node of an op on simplified inputs: a known one, a simpler one, or a new one.</summary>
    private Node Intern(Op op, Node[] inputs, Node original)
    {
        var key = (op, new InputList(inputs));
        if (_known.TryGetValue(key, out var known)) return known;
        Node result;
        if (Fold(op, inputs, original.Type) is { } constant) result = VisitNew(constant.Node);
        else if (op.Simplify(Array.ConvertAll(inputs, input => new Tensor(input))) is { } simpler && simpler.Node.Type == original.Type)
            result = VisitNew(simpler.Node);
        else
            result = inputs.AsSpan().SequenceEqual([.. original.Inputs]) ? original : new Node(op, inputs, original.Type, original.Device);
        _known[key] = result;
        _simplified[result] = result;
        return result;
    }

    /// <summary>Simplifies what a rule has built, down to nodes that are simplified already. Rules build few nodes, so
    /// the recursion is shallow.</summary>
    private Node VisitNew(Node node)
    {
        if (_simplified.TryGetValue(node, out var done)) return done;
        foreach (var input in node.Inputs) VisitNew(input);
        return _simplified[node] = Visit(node);
    }

    /// <summary>An elementwise op on literals is a literal.</summary>
    private static Tensor? Fold(Op op, Node[] inputs, TensorType type)
    {
        if (op is not IElementwise elementwise || inputs.Length == 0) return null;
        Span<double> values = stackalloc double[inputs.Length];
        for (var k = 0; k < inputs.Length; k++)
        {
            if (LiteralOf(inputs[k]) is not { } literal) return null;
            values[k] = literal.Value.Value;
        }
        if (elementwise.Fold(values) is not { } folded) return null;
        Scalar value = type.DType.IsFloating() ? folded : type.DType == DType.Bool ? folded != 0 : (long)folded;
        return Tensor.Literal(value, type.DType).ExpandTo(type.Shape);
    }

    /// <summary>The literal that a node is, or is a broadcast of; null if it is neither.</summary>
    internal static Literal? LiteralOf(Node node)
    {
        while (node.Op is Expand or Reshape && node.Inputs.Count == 1) node = node.Inputs[0];
        return node.IsRealized ? null : node.Op as Literal;
    }

    private readonly struct InputList(Node[] nodes) : IEquatable<InputList>
    {
        private readonly Node[] _nodes = nodes;

        public bool Equals(InputList other) => _nodes.AsSpan().SequenceEqual(other._nodes);

        public override bool Equals(object? obj) => obj is InputList other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var node in _nodes) hash.Add(node);
            return hash.ToHashCode();
        }
    }
}
