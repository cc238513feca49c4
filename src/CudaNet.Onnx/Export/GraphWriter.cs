using CudaNet.Graphs;
using CudaNet.Onnx.Proto;
using CudaNet.Ops;
using Google.Protobuf;
using AttributeType = CudaNet.Onnx.Proto.AttributeProto.Types.AttributeType;
using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Onnx;

/// <summary>Collects the nodes of a graph as ONNX has them.</summary>
internal sealed class GraphWriter(IEnumerable<string> reserved)
{
    private readonly Dictionary<Node, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(reserved, StringComparer.Ordinal);

    public GraphProto Graph { get; } = new() { Name = "graph" };

    public void Input(string name, Node node)
    {
        _names.Add(node, name);
        Graph.Input.Add(Info(name, node.Type));
    }

    public void Output(string name, Node node)
    {
        Graph.Output.Add(Info(name, node.Type));
        Add("Identity", [Write(node)], name);
    }

    /// <summary>The name of a node's value; the node and all that it needs are written first.</summary>
    public string Write(Node root)
    {
        foreach (var node in Graphs.Graph.Collect(root))
            if (!_names.ContainsKey(node))
                _names.Add(node, WriteOne(node));
        return _names[root];
    }

    public string NameOf(Node node) => _names[node];

    /// <summary>Adds a node with one output.</summary>
    /// <returns>The name of the output.</returns>
    public string Add(string op, string[] inputs, params AttributeProto[] attributes) => Add(op, inputs, Fresh(op.ToLowerInvariant()), attributes);

    /// <summary>A constant of integers.</summary>
    public string Integers(params ReadOnlySpan<long> values)
    {
        string key = "i" + string.Join(',', values.ToArray());
        if (!_constants.TryGetValue(key, out string? name))
            _constants.Add(key, name = Store(Fresh("shape"), Tensor.From(values, [values.Length]), DataType.Int64));
        return name;
    }

    /// <summary>A constant scalar of a type.</summary>
    public string Scalar(double value, DType type)
    {
        string key = $"{type}{BitConverter.DoubleToInt64Bits(value)}";
        if (!_constants.TryGetValue(key, out string? name))
            _constants.Add(key, name = Store(Fresh("constant"), Tensor.From([value], []).To(type), ElementTypes.Natural(type)));
        return name;
    }

    public static AttributeProto Of(string name, long value) => new() { Name = name, I = value, Type = AttributeType.Int };

    public static AttributeProto Of(string name, double value) => new() { Name = name, F = (float)value, Type = AttributeType.Float };

    public static AttributeProto Of(string name, ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values.ToArray());
        return attribute;
    }

    private string Add(string op, string[] inputs, string output, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = op, Name = output + "_node" };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange(attributes);
        Graph.Node.Add(node);
        return output;
    }

    private string WriteOne(Node node)
    {
        if (node.IsRealized)
            return Store(Fresh(node.State is { Name.Length: > 0 } state ? state.Name : "constant"), new Tensor(node), ElementTypes.Natural(node.DType));
        if (node.Op is Placeholder)
            throw new OnnxException("ONNX export: the function uses the argument of another function that is being traced. Export it by itself.");
        if (OpWriters.Find(node.Op) is { } write && write(this, node) is { } name)
            return name;
        if (node.Op is not IComposite composite)
            // What depends on no input is a constant, whatever made it; numbers of a random stream are none.
            return Graphs.Graph.Collect(node).All(part => part.Op is not Placeholder && part.State is not RandomStream)
                ? Store(Fresh("constant"), new Tensor(node), ElementTypes.Natural(node.DType))
                : throw new OnnxException($"ONNX export: the op {node.Op.Name} {node.Type} has no counterpart among the operators that are written. Leave it out of what is exported.");
        return Write(composite.Decompose([.. node.Inputs.Select(input => new Tensor(input))]).Node);
    }

    private string Store(string name, Tensor tensor, DataType type)
    {
        using var pause = Trace.Pause();
        var proto = new TensorProto { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(tensor.ToBytes()) };
        proto.Dims.AddRange(tensor.Shape.ToArray());
        Graph.Initializer.Add(proto);
        return name;
    }

    private string Fresh(string wanted)
    {
        string name = wanted;
        for (int k = 1; !_used.Add(name); k++)
            name = $"{wanted}_{k}";
        return name;
    }

    private static ValueInfoProto Info(string name, TensorType type)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(type.Shape.ToArray().Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementTypes.Natural(type.DType), Shape = shape } } };
    }
}
