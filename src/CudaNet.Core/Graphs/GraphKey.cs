using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>The structure of a graph without its values: ops with attributes, types, and who reads whom. Graphs of equal
/// keys run by the same plan.</summary>
internal sealed class GraphKey : IEquatable<GraphKey>
{
    private readonly Op[] _ops;
    private readonly TensorType[] _leafTypes;
    private readonly int[] _links;
    private readonly PlanOptions _options;
    private readonly Device _device;
    private readonly int _hash;

    /// <param name="nodes">As <see cref="Graph.Collect"/> gives them.</param>
    /// <param name="roots">What is asked for.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="options">How it is planned.</param>
    public GraphKey(IReadOnlyList<Node> nodes, ReadOnlySpan<Node> roots, Device device, PlanOptions options)
    {
        (_device, _options) = (device, options);
        var numbers = new Dictionary<Node, int>(nodes.Count);
        var links = new List<int>(3 * nodes.Count);
        var leaves = new List<TensorType>();
        _ops = new Op[nodes.Count];
        var hash = new HashCode();
        for (var n = 0; n < nodes.Count; n++)
        {
            var node = nodes[n];
            numbers[node] = n;
            // A realised node is a leaf whatever op made it: only its type matters.
            _ops[n] = node.IsRealized ? Leaf.Instance : node.Op;
            hash.Add(_ops[n]);
            if (_ops[n] is Leaf) leaves.Add(node.Type);
            foreach (var input in node.InputArray) links.Add(numbers[input]);
        }
        links.Add(-1);
        foreach (var root in roots) links.Add(numbers[root]);
        _links = [.. links];
        _leafTypes = [.. leaves];
        foreach (var link in _links) hash.Add(link);
        foreach (var type in _leafTypes) hash.Add(type);
        hash.Add(device);
        hash.Add(options);
        _hash = hash.ToHashCode();
    }

    public bool Equals(GraphKey? other) =>
        other is not null && _hash == other._hash && _device == other._device && _options == other._options
        && _links.AsSpan().SequenceEqual(other._links)
        && _leafTypes.AsSpan().SequenceEqual(other._leafTypes)
        && _ops.AsSpan().SequenceEqual(other._ops);

    public override bool Equals(object? obj) => Equals(obj as GraphKey);

    public override int GetHashCode() => _hash;
}
