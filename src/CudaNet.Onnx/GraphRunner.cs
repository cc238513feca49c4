using CudaNet.Nn.Formats;
using CudaNet.Onnx.Proto;

namespace CudaNet.Onnx;

/// <summary>Runs the nodes of a graph in order: each builds tensors out of those before it. Values that no input reaches are
/// computed at once, so that shapes made by arithmetic can be read.</summary>
internal sealed class GraphRunner
{
    /// <summary>Graphs in graphs beyond this are no model but an attack on the stack.</summary>
    private const int Deepest = 64;

    private readonly OnnxProgram _program;
    private readonly GraphRunner? _outer;
    private readonly IReadOnlyDictionary<string, AttributeProto>? _attributes;
    private readonly int _depth;
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    public GraphRunner(OnnxProgram program, Device device, GraphRunner? outer = null, IReadOnlyDictionary<string, AttributeProto>? attributes = null)
    {
        (_program, Device, _outer, _attributes, _depth) = (program, device, outer, attributes, (outer?._depth ?? -1) + 1);
        if (_depth > Deepest)
            throw new OnnxException($"ONNX: graphs lie {Deepest} deep in one another. The model is damaged, or a function calls itself.");
    }

    public Device Device { get; }

    /// <summary>The value of a tensor that the model stores.</summary>
    public Value Stored(TensorProto proto) => _program.Initializer(proto).On(Device);

    public AttributeProto? FunctionAttribute(string name) => _attributes is not null ? _attributes.GetValueOrDefault(name) : _outer?.FunctionAttribute(name);

    /// <summary>Runs a graph that a node holds, such as the body of a loop. It sees the values of the graph around it.</summary>
    public IReadOnlyList<Value> RunInner(GraphProto graph, IReadOnlyList<Value> inputs)
    {
        if (inputs.Count > graph.Input.Count)
            throw new OnnxException($"ONNX: the graph \"{graph.Name}\" takes {graph.Input.Count} inputs, {inputs.Count} are given.");
        var inner = new GraphRunner(_program, Device, this);
        for (int i = 0; i < inputs.Count; i++)
            inner._values[graph.Input[i].Name] = inputs[i];
        return inner.Run(graph);
    }

    public void Set(string name, Value value) => _values[name] = value;

    public IReadOnlyList<Value> Run(GraphProto graph)
    {
        foreach (var initializer in graph.Initializer)
            if (!_values.ContainsKey(initializer.Name))
                _values[initializer.Name] = Stored(initializer);
        RunNodes(graph.Node);
        return [.. graph.Output.Select(output => Find(output.Name) ?? throw new OnnxException($"ONNX: nothing gives the output \"{output.Name}\" of the graph \"{graph.Name}\"."))];
    }

    private void RunNodes(IEnumerable<NodeProto> nodes)
    {
        foreach (var node in nodes)
        {
            var inputs = new Value?[node.Input.Count];
            for (int i = 0; i < inputs.Length; i++)
                if (node.Input[i].Length > 0)
                    inputs[i] = Find(node.Input[i]) ?? throw new OnnxException($"{NodeContext.Describe(node)}: nothing before it gives its input \"{node.Input[i]}\". Nodes must come in the order in which they can run.");
            var outputs = RunNode(node, inputs);
            for (int i = 0; i < node.Output.Count; i++)
            {
                if (node.Output[i].Length == 0)
                    continue;
                if (i >= outputs.Count)
                    throw new OnnxException($"{NodeContext.Describe(node)}: output {i} \"{node.Output[i]}\" is not supported.");
                _values[node.Output[i]] = outputs[i];
            }
        }
    }

    private Value? Find(string name) => _values.TryGetValue(name, out var value) ? value : _outer?.Find(name);

    private IReadOnlyList<Value> RunNode(NodeProto node, Value?[] inputs)
    {
        var run = OperatorTable.Find(node);
        if (run is null)
            return RunFunction(node, inputs);
        var context = new NodeContext(node, _program.OpsetOf(node.Domain), this, inputs);
        try
        {
            var outputs = run(context);
            // Graphs in a node may read what no input of the node names, and random numbers differ from run to run.
            bool constant = Array.TrueForAll(inputs, value => value is null or { IsConstant: true }) && !_program.HasEffects(node);
            return constant ? [.. outputs.Select(Fold)] : outputs;
        }
        catch (Exception e) when (e is CudaNetException and not OnnxException and not DataFormatException and not GraphException)
        {
            throw new OnnxException($"{NodeContext.Describe(node)}: {e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException or FormatException or KeyNotFoundException or DivideByZeroException)
        {
            throw new OnnxException($"{NodeContext.Describe(node)}: its inputs or attributes contradict one another ({e.Message})", e);
        }
    }

    private static Value Fold(Value value)
    {
        if (value.Tensor is { } tensor)
        {
            using var pause = Graphs.Trace.Pause();
            tensor.Realize();
        }
        return value.AsConstant();
    }

    private IReadOnlyList<Value> RunFunction(NodeProto node, Value?[] inputs)
    {
        if (_program.Function(node) is not { } function)
            throw OnnxProgram.Unknown(node);
        var attributes = node.Attribute.GroupBy(attribute => attribute.Name).ToDictionary(group => group.Key, group => group.Last());
        var inner = new GraphRunner(_program, Device, this, attributes);
        for (int i = 0; i < function.Input.Count; i++)
            inner._values[function.Input[i]] = i < inputs.Length && inputs[i] is { } value ? value : Value.None;
        inner.RunNodes(function.Node);
        return [.. function.Output.Select(name => inner._values.TryGetValue(name, out var value) ? value : throw new OnnxException($"{NodeContext.Describe(node)}: the function does not give its output \"{name}\"."))];
    }
}
