using CudaNet.Nn;
using CudaNet.Nn.Formats;
using CudaNet.Onnx.Proto;
using Google.Protobuf;
using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Onnx;

/// <summary>A model in ONNX's format: its operators become those of the engine, its stored floating tensors parameters, which
/// can be read by name, trained and saved.</summary>
/// <remarks>A function of the shapes of its inputs is traced once and then replayed. Models whose form depends on the values
/// of their inputs (a loop until something is found) are run node by node. A loaded model is in evaluation; after
/// <see cref="ModuleExtensions.Train{T}"/> its results can be differentiated by its parameters.</remarks>
public sealed class OnnxModel : Module
{
    private readonly GraphProto _graph;
    private readonly OnnxProgram _program;
    private readonly List<(string Name, Parameter Parameter)> _parameters = [];
    private readonly Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> _compiled;
    private bool _nodeByNode;

    private OnnxModel(ModelProto model, string file, string? folder)
    {
        _graph = model.Graph ?? throw new DataFormatException(file, null, "there is no graph in it", "Give an ONNX model.");
        if (_graph.Node.Count == 0 && _graph.Output.Count == 0)
            throw new DataFormatException(file, null, "its graph is empty", "Give an ONNX model.");
        _program = new OnnxProgram(model, new TensorReader(file, folder), file);
        CheckOperators(_graph.Node.Concat(model.Functions.SelectMany(function => function.Node)));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stored in _graph.Initializer)
        {
            if (!names.Add(stored.Name))
                throw new DataFormatException(file, null, $"the stored tensor \"{stored.Name}\" occurs twice", "Write the file again.");
            var value = _program.Initializer(stored);
            if (value.Type.IsFloating())
            {
                var parameter = new Parameter(value.Tensor!, stored.Name);
                _program.Parameters.Add(stored, parameter);
                _parameters.Add((stored.Name, parameter));
            }
            // Its bytes are in the tensor now.
            stored.RawData = ByteString.Empty;
        }
        Name = file;
        Producer = $"{model.ProducerName} {model.ProducerVersion}".Trim();
        Opset = _program.OpsetOf("");
        Inputs = [.. _graph.Input.Where(input => !names.Contains(input.Name)).Select(Port)];
        Outputs = [.. _graph.Output.Select(Port)];
        _compiled = Compiled.Of(Traced);
        this.Eval();
    }

    /// <summary>The file, or what stands for it in memory.</summary>
    public string Name { get; }

    /// <summary>The program that wrote the model.</summary>
    public string Producer { get; }

    /// <summary>Version of ONNX's operator set that the model is written for.</summary>
    public long Opset { get; }

    /// <summary>What the model takes.</summary>
    public IReadOnlyList<OnnxPort> Inputs { get; }

    /// <summary>What it gives.</summary>
    public IReadOnlyList<OnnxPort> Outputs { get; }

    /// <summary>The operators that can be run.</summary>
    public static IReadOnlyCollection<string> SupportedOperators => OperatorTable.Names;

    /// <summary>The model's operators, each with the number of its nodes.</summary>
    public IReadOnlyDictionary<string, int> Operators => AllNodes(_graph.Node).GroupBy(node => node.OpType).ToDictionary(group => group.Key, group => group.Count());

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file; data outside of it lies in the same folder.</param>
    /// <exception cref="DataFormatException">The file is damaged or no ONNX model.</exception>
    /// <exception cref="OnnxException">It needs operators or types that are not supported; the first of them is named with its node.</exception>
    public static OnnxModel Load(string path) => Parse(File.ReadAllBytes(path), path, Path.GetDirectoryName(Path.GetFullPath(path)));

    /// <summary>Reads a model from memory.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">How errors call it.</param>
    /// <param name="folder">Where data outside of the file lies; null for none.</param>
    /// <inheritdoc cref="Load"/>
    public static OnnxModel Parse(byte[] content, string name = "ONNX model in memory", string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        try
        {
            return new OnnxModel(ModelProto.Parser.ParseFrom(content), name, folder);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new DataFormatException(name, null, $"this is no protocol buffer of an ONNX model ({e.Message.TrimEnd('.')})", "The file is damaged, cut off or of another format; fetch it again.", e);
        }
    }

    /// <summary>Runs the model.</summary>
    /// <param name="inputs">Its inputs by name; those with a stored value may be left out.</param>
    /// <returns>Its outputs by name.</returns>
    /// <exception cref="OnnxException">An input is missing, unknown, or of another type or shape; or a node cannot be run with these.</exception>
    public IReadOnlyDictionary<string, Tensor> Run(IReadOnlyDictionary<string, Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var unknown = inputs.Keys.FirstOrDefault(name => Inputs.All(port => port.Name != name));
        if (unknown is not null)
            throw new OnnxException($"{Name}: there is no input \"{unknown}\". The model takes {string.Join("; ", Inputs)}.");
        var ordered = Inputs.Select(port => inputs.TryGetValue(port.Name, out var tensor) ? Fitting(port, tensor)
            : throw new OnnxException($"{Name}: the input \"{port.Name}\" is missing. The model takes {string.Join("; ", Inputs)}.")).ToArray();
        var results = RunTensors(ordered);
        return Outputs.Zip(results).ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);
    }

    /// <summary>The weights under PyTorch's names, for a module of the same form: the state dict, in which matrices that the
    /// exporter transposed and renamed are turned back and named after the biases beside them.</summary>
    public IReadOnlyDictionary<string, Tensor> PyTorchStateDict()
    {
        var transposed = PyTorchNames.TransposedWeights(_graph);
        return _parameters.ToDictionary(entry => transposed.GetValueOrDefault(entry.Name, entry.Name),
            entry => transposed.ContainsKey(entry.Name) ? entry.Parameter.Value.T : entry.Parameter.Value, StringComparer.Ordinal);
    }

    /// <summary>The first output for a single input.</summary>
    /// <exception cref="OnnxException">The model takes several inputs, or none.</exception>
    public override Tensor Forward(Tensor x) => Inputs.Count == 1
        ? Run(new Dictionary<string, Tensor> { [Inputs[0].Name] = x })[Outputs[0].Name]
        : throw new OnnxException($"{Name}: Forward is for models with one input, this one takes {string.Join("; ", Inputs)}. Use Run.");

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, object Value)> Members() => _parameters.Select(entry => (entry.Name, (object)entry.Parameter));

    /// <inheritdoc/>
    public override string ToString() => $"OnnxModel({Path.GetFileName(Name)})";

    /// <summary>Runs with values of any kind, sequences too.</summary>
    internal IReadOnlyList<Value> RunValues(IReadOnlyList<Value> inputs, Device device)
    {
        var runner = new GraphRunner(_program, device);
        foreach (var (port, value) in Inputs.Zip(inputs))
            runner.Set(port.Name, value);
        return runner.Run(_graph);
    }

    private IReadOnlyList<Tensor> RunTensors(Tensor[] inputs)
    {
        // In training gradients must find their way through the graph.
        if (!IsTraining && !_nodeByNode && Graphs.Trace.Current is null)
        {
            try
            {
                return _compiled(inputs);
            }
            catch (DataDependentException)
            {
                _nodeByNode = true;
            }
        }
        return Traced(inputs);
    }

    private IReadOnlyList<Tensor> Traced(IReadOnlyList<Tensor> inputs)
    {
        var device = inputs.Count > 0 ? inputs[0].Device : _parameters.Count > 0 ? _parameters[0].Parameter.Device : Device.Default;
        var types = _graph.Input.ToDictionary(input => input.Name, input => (DataType)(input.Type?.TensorType?.ElemType ?? 0));
        var values = RunValues([.. Inputs.Zip(inputs, (port, tensor) => Value.Of(tensor, types[port.Name]))], device);
        return [.. values.Zip(Outputs, (value, port) => value.Tensor ?? throw new OnnxException($"{Name}: the output \"{port.Name}\" is a sequence, which is not supported as a result."))];
    }

    private Tensor Fitting(OnnxPort port, Tensor tensor)
    {
        var type = (DataType)(_graph.Input.First(input => input.Name == port.Name).Type?.TensorType?.ElemType ?? 0);
        if (type == DataType.Undefined)
            throw new OnnxException($"{Name}: the input \"{port.Name}\" is {port.Type}; only tensors can be given.");
        if (type.Storage() != tensor.DType)
            throw new OnnxException($"{Name}: the input \"{port.Name}\" must be {port.Type} ({type.Storage().ShortName()}), not {tensor.DType.ShortName()}. Use .To(DType.{type.Storage()}).");
        if (port.Axes is { } axes && (axes.Count != tensor.Rank
            || axes.Zip(tensor.Shape.ToArray()).Any(pair => long.TryParse(pair.First, out long size) && size > 0 && size != pair.Second)))
            throw new OnnxException($"{Name}: the input \"{port.Name}\" is {tensor.Shape}, the model takes [{string.Join(", ", axes)}].");
        return tensor;
    }

    private static OnnxPort Port(ValueInfoProto info) => new(info.Name, info.Type.Text(), info.Type?.TensorType?.Shape is not { } shape ? null
        : [.. shape.Dim.Select(axis => axis.ValueCase switch
        {
            TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue when axis.DimValue >= 0 => $"{axis.DimValue}",
            TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam when axis.DimParam.Length > 0 => axis.DimParam,
            _ => "?",
        })]);

    private static IEnumerable<NodeProto> AllNodes(IEnumerable<NodeProto> nodes) => nodes.SelectMany(node =>
        AllNodes(node.Attribute.Where(attribute => attribute.G is not null).SelectMany(attribute => attribute.G.Node)).Prepend(node));

    private void CheckOperators(IEnumerable<NodeProto> nodes)
    {
        foreach (var node in AllNodes(nodes))
            if (OperatorTable.Find(node) is null && _program.Function(node) is null)
                throw OnnxProgram.Unknown(node);
    }
}
