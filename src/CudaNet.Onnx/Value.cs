using System.Diagnostics.CodeAnalysis;
using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Onnx;

/// <summary>What flows along the edges of a graph: a tensor, a sequence of values, or nothing (an empty optional).</summary>
internal sealed class Value
{
    private long[]? _integers;

    private Value()
    {
    }

    public Tensor? Tensor { get; private init; }

    /// <summary>The element type in ONNX's terms, where <see cref="Tensor"/> may be wider.</summary>
    public DataType Type { get; private init; }

    public IReadOnlyList<Value>? Sequence { get; private init; }

    /// <summary>Whether the value is the same in every run with inputs of these shapes: then its elements can be read while a
    /// graph is built.</summary>
    public bool IsConstant { get; private init; }

    /// <summary>The slot that the tensor was read from: its elements can be read, too, and are then taken as fixed.</summary>
    public State? State { get; private init; }

    [MemberNotNullWhen(false, nameof(Tensor))]
    public bool IsEmpty => Tensor is null && Sequence is null;

    public static Value None { get; } = new() { IsConstant = true };

    public static Value Of(Tensor tensor, DataType? type = null, bool constant = false) =>
        new() { Tensor = tensor, Type = type ?? ElementTypes.Natural(tensor.DType), IsConstant = constant };

    public static Value Of(State state, DataType type) => new() { Tensor = state.Value, State = state, Type = type };

    public static Value Of(IReadOnlyList<Value> sequence) => new() { Sequence = sequence, IsConstant = sequence.All(value => value.IsConstant) };

    public static Value Of(ReadOnlySpan<long> integers, Device device) =>
        new() { Tensor = Tensor.From(integers, [integers.Length], device), Type = DataType.Int64, IsConstant = true, _integers = integers.ToArray() };

    public Value AsConstant() => IsConstant ? this : new() { Tensor = Tensor, Type = Type, Sequence = Sequence, IsConstant = true };

    /// <summary>The same value with its tensor on a device.</summary>
    public Value On(Device device) => Tensor is null || Tensor.Device == device ? this : new() { Tensor = Tensor.To(device), Type = Type, IsConstant = IsConstant, State = State, _integers = _integers };

    /// <summary>The elements as integers.</summary>
    public long[] Integers() => _integers ??= [.. Read().ToDoubles().Select(value => (long)value)];

    /// <summary>The elements as numbers.</summary>
    public double[] Doubles() => Read().ToDoubles();

    private Tensor Read()
    {
        if (Graphs.Trace.Current is null)
            return Tensor!;
        if (!IsConstant && State is null)
            throw new DataDependentException();
        using var pause = Graphs.Trace.Pause();
        return (State is null ? Tensor! : State.Value).Realize();
    }
}
