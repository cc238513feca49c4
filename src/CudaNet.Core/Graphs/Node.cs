using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>One op application in a graph. A node is made once and never changes its meaning; running it only adds its value.</summary>
public sealed class Node
{
    private static long _count;

    private readonly Lock _gate = new();
    private volatile DeviceBuffer? _buffer;
    private Node[] _inputs;

    internal Node(Op op, Node[] inputs, TensorType type, Device device)
    {
        (Op, _inputs, Type, Device) = (op, inputs, type, device);
        foreach (var input in inputs)
            if (!input.IsRealized) Depth = Math.Max(Depth, input.Depth + 1);
        Id = Interlocked.Increment(ref _count);
    }

    internal Node(DeviceBuffer buffer, TensorType type, Device device) : this(Leaf.Instance, [], type, device) => _buffer = buffer;

    /// <summary>Grows with creation: inputs always have smaller numbers, so sorting by it is a topological order.</summary>
    public long Id { get; }

    /// <summary>What it does.</summary>
    public Op Op { get; }

    /// <summary>What it does it to; empty once its value is there, so that the graph behind it can be freed.</summary>
    public IReadOnlyList<Node> Inputs => _inputs;

    /// <summary>Shape and element type of the result.</summary>
    public TensorType Type { get; }

    /// <summary>Shape of the result.</summary>
    public Shape Shape => Type.Shape;

    /// <summary>Element type of the result.</summary>
    public DType DType => Type.DType;

    /// <summary>Where it runs.</summary>
    public Device Device { get; }

    /// <summary>Longest chain of unread nodes below it.</summary>
    public int Depth { get; }

    /// <summary>The named slot whose value this leaf is; null for all other nodes.</summary>
    internal State? State { get; init; }

    /// <summary>A leaf of a slot that the user may still hold, so its buffer must not be written over.</summary>
    internal bool IsShared { get; set; }

    /// <summary>True when the value is in memory.</summary>
    public bool IsRealized => _buffer is not null;

    /// <summary>The value, row-major; null while it is not computed.</summary>
    internal DeviceBuffer? Buffer => _buffer;

    /// <summary>Gives the node its value and lets go of its inputs.</summary>
    internal void Realize(DeviceBuffer buffer)
    {
        lock (_gate)
        {
            if (_buffer is not null) return;
            _buffer = buffer;
            _inputs = [];
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"%{Id} {Op.Name} {Type}";
}
