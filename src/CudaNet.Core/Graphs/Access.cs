using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>How a node's value is read: from which stored node, in which layout.</summary>
/// <param name="Base">A leaf, a literal, or a node that a step computes.</param>
/// <param name="Layout">Layout over the base's row-major buffer.</param>
internal readonly record struct Access(Node Base, Layout Layout)
{
    /// <summary>The base is read element by element in its own order, maybe under another shape.</summary>
    public bool IsLinear => Layout.IsContiguous && Layout.Offset == 0 && Layout.ElementCount == Base.Shape.ElementCount;
}

/// <summary>
/// Third stage of planning: views disappear. What remains are the nodes that steps must compute, in order, and for each
/// operand the stored node and layout that it reads. Copies are put in where no layout can say a view, where a kernel
/// refuses a layout, and where a literal must lie in memory.
/// </summary>
internal sealed class AccessPlan
{
    private readonly Dictionary<Node, Access> _accesses = [];
    private readonly Dictionary<Node, Access[]> _operands = [];
    private readonly Dictionary<Node, List<Node>> _orderOnly = [];
    private readonly Dictionary<Access, Node> _copies = [];
    private readonly List<Node> _computed = [];
    private readonly IBackend _backend;

    public AccessPlan(ReadOnlySpan<Node> roots, IBackend backend)
    {
        _backend = backend;
        foreach (var node in Graph.Collect(roots)) Visit(node);
        Roots = new Access[roots.Length];
        for (var k = 0; k < roots.Length; k++)
        {
            var access = _accesses[roots[k]];
            // A root needs a buffer of its own: leaves, literals and true views are copied.
            if (IsStored(access.Base) || !access.IsLinear) access = new(Copy(access), Layout.Contiguous(roots[k].Shape));
            Roots[k] = access;
        }
    }

    /// <summary>What steps must compute, inputs before their users.</summary>
    public IReadOnlyList<Node> Computed => _computed;

    /// <summary>Where each root's value is; always linear over a computed node.</summary>
    public Access[] Roots { get; }

    /// <summary>What a computed node reads.</summary>
    public Access[] Operands(Node node) => _operands[node];

    /// <summary>Nodes that must be computed before this one although it does not read them (see <see cref="Barrier"/>).</summary>
    public IReadOnlyList<Node> OrderOnly(Node node) => _orderOnly.TryGetValue(node, out var list) ? list : [];

    /// <summary>True for what is in memory before the plan runs, or is no memory at all.</summary>
    public static bool IsStored(Node node) => node.IsRealized || node.Op is Placeholder or Literal;

    private void Visit(Node node)
    {
        if (IsStored(node))
        {
            _accesses[node] = new(node, Layout.Contiguous(node.Shape));
            return;
        }
        if (node.Op is IView view)
        {
            var source = _accesses[node.Inputs[0]];
            if (node.Inputs.Count > 1) WaitFor(node);
            else if (_orderOnly.TryGetValue(node.Inputs[0], out var inherited)) _orderOnly[node] = inherited;
            _accesses[node] = view.View(source.Layout) is { } layout
                ? new Access(source.Base, layout)
                : new Access(Copy(source), view.View(Layout.Contiguous(source.Layout.Shape))!);
            return;
        }
        var operands = new Access[node.Inputs.Count];
        for (var k = 0; k < operands.Length; k++)
        {
            operands[k] = _accesses[node.Inputs[k]];
            if (_orderOnly.TryGetValue(node.Inputs[k], out var waits)) _orderOnly[node] = [.. OrderOnly(node), .. waits];
            if (node.Op is IElementwise or IReduction) continue; // fused kernels take any layout, and literals
            if (operands[k].Base.Op is Literal && !operands[k].Base.IsRealized || !_backend.Accepts(node.Op, k, operands[k].Layout))
                operands[k] = new(Copy(operands[k]), Layout.Contiguous(operands[k].Layout.Shape));
        }
        Add(node, operands);
    }

    private void WaitFor(Node view)
    {
        var waits = new List<Node>();
        for (var k = 1; k < view.Inputs.Count; k++)
            if (_accesses[view.Inputs[k]].Base is var wait && !IsStored(wait)) waits.Add(wait);
        _orderOnly[view] = [.. OrderOnly(view.Inputs[0]), .. waits];
    }

    private Node Copy(Access source)
    {
        if (_copies.TryGetValue(source, out var copy)) return copy;
        copy = new(new Contiguous(), [source.Base], new(source.Layout.Shape, source.Base.DType), source.Base.Device);
        Add(copy, [source]);
        return _copies[source] = copy;
    }

    private void Add(Node node, Access[] operands)
    {
        _operands[node] = operands;
        _accesses[node] = new(node, Layout.Contiguous(node.Shape));
        _computed.Add(node);
    }
}
