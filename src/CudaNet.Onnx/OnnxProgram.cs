using CudaNet.Onnx.Proto;

namespace CudaNet.Onnx;

/// <summary>What all graphs of a model share: its operator sets, functions and stored tensors.</summary>
internal sealed class OnnxProgram
{
    private readonly Dictionary<string, long> _opsets = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Domain, string Name), FunctionProto> _functions = [];
    private readonly Dictionary<TensorProto, Value> _initializers = new(ReferenceEqualityComparer.Instance);

    public OnnxProgram(ModelProto model, TensorReader tensors, string file)
    {
        Tensors = tensors;
        foreach (var set in model.OpsetImport.Concat(model.Functions.SelectMany(function => function.OpsetImport)))
        {
            string domain = set.Domain == "ai.onnx" ? "" : set.Domain;
            if (domain.Length == 0 && set.Version > OperatorTable.Newest)
                throw new OnnxException($"{file}: the model is written for version {set.Version} of the operator set; known here is {OperatorTable.Newest}. Export it for that version.");
            _opsets.TryAdd(domain, set.Version);
        }
        foreach (var function in model.Functions)
            _functions[(function.Domain, function.Name)] = function;
    }

    public TensorReader Tensors { get; }

    /// <summary>Slots of the stored tensors that are trained; the others are constants.</summary>
    public Dictionary<TensorProto, Parameter> Parameters { get; } = new(ReferenceEqualityComparer.Instance);

    public long OpsetOf(string domain) => _opsets.GetValueOrDefault(domain == "ai.onnx" ? "" : domain, 1);

    public FunctionProto? Function(NodeProto node) => _functions.GetValueOrDefault((node.Domain, node.OpType));

    /// <summary>Whether a node's result depends on more than its inputs.</summary>
    public bool HasEffects(NodeProto node) => node.OpType.StartsWith("Random", StringComparison.Ordinal) || node.OpType is "Bernoulli" or "Multinomial" or "Dropout"
        || node.Attribute.Any(attribute => attribute.G is not null);

    public Value Initializer(TensorProto proto)
    {
        if (Parameters.TryGetValue(proto, out var parameter))
            return Value.Of(parameter, (TensorProto.Types.DataType)proto.DataType);
        if (!_initializers.TryGetValue(proto, out var value))
            _initializers[proto] = value = Tensors.Read(proto);
        return value;
    }

    public static OnnxException Unknown(NodeProto node) =>
        new($"{NodeContext.Describe(node)}: this operator is not supported{(node.Domain is "" or "ai.onnx" ? "" : "; its domain is not ONNX's own")}. Export the model with other operators, or ask for this one.");
}
