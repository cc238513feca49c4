using CudaNet.Execution;
using CudaNet.Graphs;

namespace CudaNet;

/// <summary>A named slot that holds a tensor and whose value may be replaced: a parameter, a running mean, the moments
/// of an optimiser, the counter of a random stream. Tensors never change; slots do.</summary>
public partial class State
{
    [ThreadStatic] private static HashSet<State>? _later;

    private Node _node;

    /// <summary>A slot with its first value.</summary>
    public State(Tensor value, string name = "")
    {
        Name = name;
        _node = Own(value.Node);
    }

    /// <summary>Its name in the state dict, set by the module that discovers it.</summary>
    public string Name { get; set; }

    /// <summary>The present value. In a trace: the value that the traced code has assigned so far.</summary>
    public Tensor Value
    {
        get
        {
            if (Trace.Current is { } trace) return new(trace.Read(this));
            var leaf = Leaf();
            // Whoever holds the tensor may read it later, so the next assignment must not write over it.
            leaf.IsShared = true;
            return new(leaf);
        }
    }

    /// <summary>Shape of the value; an assignment cannot change it.</summary>
    public Shape Shape => _node.Shape;

    /// <summary>Element type of the value; an assignment cannot change it.</summary>
    public DType DType => _node.DType;

    /// <summary>Device of the value.</summary>
    public Device Device => _node.Device;

    /// <summary>Replaces the value. The old tensor stays what it was for those who hold it.</summary>
    /// <exception cref="ShapeException">The shape differs.</exception>
    /// <exception cref="DTypeException">The element type differs.</exception>
    public void Assign(Tensor value)
    {
        Check(value);
        if (Trace.Current is { } trace) trace.Write(this, value.Node);
        else _node = Own(value.Node);
    }

    /// <summary>Replaces the values of several slots at once: all new values are computed in one plan, together with the
    /// losses whose gradients they come from.</summary>
    /// <exception cref="ShapeException">A shape differs.</exception>
    /// <exception cref="DTypeException">An element type differs.</exception>
    public static void AssignAll(IReadOnlyList<(State Slot, Tensor Value)> values)
    {
        if (Trace.Current is null)
        {
            var pending = new HashSet<Tensor>();
            foreach (var (slot, value) in values)
            {
                slot.Check(value);
                pending.Add(value);
                if (slot is not Parameter { PendingLoss: { } loss } parameter) continue;
                pending.Add(loss);
                parameter.PendingLoss = null;
            }
            foreach (var state in _later ?? []) pending.Add(new(state._node));
            _later = null;
            Executor.Realize([.. pending]);
            // The gradients are used: what was kept for them can go.
            foreach (var tensor in pending) tensor.Node.Forget();
        }
        foreach (var (slot, value) in values) slot.Assign(value);
    }

    /// <summary>Replaces values by ones that come from a loss whose gradients are still to be asked for (running statistics):
    /// outside of a trace they are computed in the plan of the next <see cref="AssignAll"/>, or when they are read.
    /// Computing them here would run the model's beginning twice.</summary>
    public static void AssignLater(IReadOnlyList<(State Slot, Tensor Value)> values)
    {
        foreach (var (slot, value) in values)
        {
            slot.Assign(value);
            if (Trace.Current is null) (_later ??= []).Add(slot);
        }
    }

    /// <summary>Moves the slot to a device.</summary>
    internal void Move(Device device)
    {
        if (device != Device) _node = Own(new Tensor(Leaf()).To(device).Node);
    }

    /// <summary>The value as a leaf of this slot, computed first if it is pending.</summary>
    internal Node Leaf()
    {
        if (_node.State != this)
        {
            // Even in a trace: the value was given before, so it depends on nothing that is traced.
            using (Trace.Pause()) Executor.Realize(new Tensor(_node));
            _node = new(_node.Buffer!, _node.Type, _node.Device) { State = this, IsShared = true };
        }
        return _node;
    }

    /// <summary>Gives the slot a value computed by a plan.</summary>
    internal void Set(DeviceBuffer buffer, bool shared) => _node = new(buffer, _node.Type, _node.Device) { State = this, IsShared = shared };

    /// <summary>A slot is used wherever a tensor is.</summary>
    public static implicit operator Tensor(State state) => state.Value;

    private void Check(Tensor value)
    {
        if (value.Shape != Shape) throw new ShapeException($"Assign: {Describe()} has shape {Shape}, the new value {value.Shape}.");
        if (value.DType != DType) throw new DTypeException($"Assign: {Describe()} is {DType.ShortName()}, the new value {value.DType.ShortName()}. Use .To(DType.{DType}).");
    }

    private string Describe() => Name.Length > 0 ? $"'{Name}'" : "the slot";

    /// <summary>A realised value gets a leaf of this slot's own, so that a plan can tell whose it is.</summary>
    private Node Own(Node node) => node.IsRealized && node.State is null
        ? new(node.Buffer!, node.Type, node.Device) { State = this, IsShared = true }
        : node;
}
