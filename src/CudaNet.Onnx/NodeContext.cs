using System.Text;
using CudaNet.Onnx.Proto;
using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Onnx;

/// <summary>A node while it is run: its attributes, its inputs, and what its operator needs of the graph around it.</summary>
internal sealed class NodeContext(NodeProto node, long opset, GraphRunner runner, IReadOnlyList<Value?> inputs)
{
    public NodeProto Node => node;

    /// <summary>Version of the operator set that the model was written for: some operators changed their meaning.</summary>
    public long Opset => opset;

    public Device Device => runner.Device;

    public GraphRunner Runner => runner;

    public int InputCount => inputs.Count;

    /// <summary>How many outputs the node names; those with an empty name are not wanted.</summary>
    public int OutputCount => node.Output.Count;

    public Value? this[int index] => index < inputs.Count ? inputs[index] : null;

    /// <summary>An input that may be left out.</summary>
    public Tensor? Optional(int index) => this[index]?.Tensor;

    /// <summary>An input that must be there.</summary>
    public Tensor Input(int index) => this[index]?.Tensor ?? throw Fail($"input {index} is missing or no tensor");

    public Value Required(int index) => this[index] ?? throw Fail($"input {index} is missing");

    public DataType TypeOf(int index) => Required(index).Type;

    public IReadOnlyList<Value> Sequence(int index) => this[index]?.Sequence ?? throw Fail($"input {index} is missing or no sequence");

    /// <summary>All inputs as tensors.</summary>
    public Tensor[] Inputs() => [.. Enumerable.Range(0, inputs.Count).Select(Input)];

    /// <summary>The elements of an input that decides about shapes.</summary>
    public long[]? Integers(int index) => this[index] is { IsEmpty: false } value ? value.Integers() : null;

    public double[]? Doubles(int index) => this[index] is { IsEmpty: false } value ? value.Doubles() : null;

    public AttributeProto? Attribute(string name)
    {
        foreach (var attribute in node.Attribute)
            if (attribute.Name == name)
                return attribute.RefAttrName.Length > 0 ? runner.FunctionAttribute(attribute.RefAttrName) : attribute;
        return null;
    }

    public bool Has(string name) => Attribute(name) is not null;

    public long Int(string name, long missing) => Attribute(name) is { } attribute ? attribute.I : missing;

    public long Int(string name) => Attribute(name)?.I ?? throw Fail($"the attribute \"{name}\" is missing");

    public bool Flag(string name, bool missing = false) => Int(name, missing ? 1 : 0) != 0;

    public double Float(string name, double missing) => Attribute(name) is { } attribute ? attribute.F : missing;

    public string Text(string name, string missing) => Attribute(name) is { } attribute ? Encoding.UTF8.GetString(attribute.S.Span) : missing;

    public long[]? Ints(string name) => Attribute(name)?.Ints.ToArray();

    public float[]? Floats(string name) => Attribute(name)?.Floats.ToArray();

    public string[]? Texts(string name) => Attribute(name)?.Strings.Select(text => text.ToStringUtf8()).ToArray();

    public GraphProto Graph(string name) => Attribute(name)?.G ?? throw Fail($"the graph \"{name}\" is missing");

    /// <summary>An axis of a tensor as an index, counted from the end where it is negative.</summary>
    public int Axis(long axis, int rank, bool behind = false)
    {
        long most = behind ? rank : rank - 1;
        long index = axis < 0 ? axis + most + 1 : axis;
        if (index < 0 || index > most)
            throw Fail($"the axis {axis} is outside of a tensor of {rank} axes");
        return (int)index;
    }

    public int[] Axes(ReadOnlySpan<long> axes, int rank)
    {
        var result = new int[axes.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = Axis(axes[i], rank);
        return result;
    }

    /// <summary>The result of an operator that keeps the type of its first input.</summary>
    public Value Like(Tensor result, int input = 0) => Value.Of(result.To(TypeOf(input).Storage()), TypeOf(input));

    /// <summary>0, 1, … on the device of the graph.</summary>
    public Tensor Iota(long count) => Tensor.Arange(0, count, 1, DType.Int64, Device);

    public Value Constant(ReadOnlySpan<long> integers) => Value.Of(integers, Device);

    public OnnxException Fail(string what) => new($"{Describe(node)}: {what}. The model may be damaged, or ask for what is not supported.");

    public static string Describe(NodeProto node) =>
        $"ONNX operator {(node.Domain.Length > 0 ? node.Domain + "." : "")}{node.OpType}{(node.Name.Length > 0 ? $" (node \"{node.Name}\")" : node.Output.Count > 0 ? $" (node of \"{node.Output[0]}\")" : "")}";
}
