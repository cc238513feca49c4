using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>One op application in a graph. A node is made once and never changes its meaning; running it only adds its value.</summary>
public sealed class Node
{
    private static long _count;

    private readonly bool _tracked;
    private readonly bool _carriesGradients;
    private volatile DeviceBuffer? _buffer;
    private Node[] _history;

    internal Node(Op op, Node[] inputs, TensorType type, Device device)
    {
        (Op, _history, Type, Device) = (op, inputs, type, device);
        var carries = op is Leaf or Placeholder or CompiledResult;
        foreach (var input in inputs)
        {
            carries |= input._carriesGradients;
            if (!input.IsRealized) Depth = Math.Max(Depth, input.Depth + 1);
            _tracked |= input.IsTracked;
            OldestSource = Math.Min(OldestSource, input.OldestSource);
        }
        // Through integers (an index, the state of a random stream) no gradient passes.
        _carriesGradients = carries && type.DType.IsFloating();
        Id = Interlocked.Increment(ref _count);
        // A compiled function may have used anything; a literal nothing.
        if (inputs.Length == 0) OldestSource = op switch { CompiledResult => 0, Literal => long.MaxValue, _ => Id };
        if (inputs.Length > 0 && Anomaly.IsDetecting) Anomaly.Note(this);
    }

    internal Node(DeviceBuffer buffer, TensorType type, Device device, Op? origin = null) : this(origin ?? Leaf.Instance, [], type, device) => _buffer = buffer;

    /// <summary>Grows with creation: inputs always have smaller numbers, so sorting by it is a topological order.</summary>
    public long Id { get; }

    /// <summary>The least number among the data that it was made of, also when its history is gone: nothing older can be
    /// behind it.</summary>
    internal long OldestSource { get; } = long.MaxValue;

    /// <summary>What it does.</summary>
    public Op Op { get; }

    /// <summary>What it does it to; empty once its value is there: what runs then starts from the value.</summary>
    public IReadOnlyList<Node> Inputs => InputArray;

    /// <summary><see cref="Inputs"/>, for walks over large graphs, which an enumerator a node would cost much; not to be written to.</summary>
    internal Node[] InputArray => IsRealized ? [] : _history;

    /// <summary><see cref="History"/>, for the same.</summary>
    internal Node[] HistoryArray => _history;

    /// <summary>What it was made of, for gradients: a value that depends on a trained parameter keeps it when it is read.
    /// Any other lets go of it, so that the graph behind a loop can be freed.</summary>
    public IReadOnlyList<Node> History => _history;

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

    /// <summary>True if it depends on a parameter that is trained, so that its gradient may still be asked for.</summary>
    internal bool IsTracked => _tracked || State is Parameter { RequiresGrad: true };

    /// <summary>True when the value is in memory.</summary>
    public bool IsRealized => _buffer is not null;

    /// <summary>The value, row-major; null while it is not computed.</summary>
    internal DeviceBuffer? Buffer => _buffer;

    /// <summary>True for a value whose history is not known any more, though it had one through which gradients passed.</summary>
    internal bool IsForgotten => IsRealized && _history.Length == 0 && _carriesGradients && Op is not Leaf;

    /// <summary>Gives the node its value; a second one is ignored.</summary>
    internal void Realize(DeviceBuffer buffer)
    {
        if (Interlocked.CompareExchange(ref _buffer, buffer, null) is null && !IsTracked) _history = [];
    }

    /// <summary>Lets go of the history of a value whose gradient has been used.</summary>
    internal void Forget()
    {
        if (IsRealized) _history = [];
    }

    /// <summary>Walks keep nodes in tables: the number is at hand, where the runtime's hash would first have to be made for each new node.</summary>
    public override int GetHashCode() => (int)Id;

    /// <summary>A node is equal to itself alone.</summary>
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc/>
    public override string ToString() => $"%{Id} {Op.Name} {Type}";
}
