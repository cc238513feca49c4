using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

/// <summary>The function of torch for each operation, with the attributes carried over.</summary>
internal static partial class TorchTable
{
    private const string AnotherGenerator = "torch draws from another generator";

    private const string HiddenGradient = "torch's autograd computes it inside; it is compared as the gradient of the op";

    private static readonly Dictionary<Type, Func<Op, torch.Tensor[], torch.Tensor>> Functions = [];

    /// <summary>Operations that torch does not have, and why.</summary>
    internal static readonly IReadOnlyDictionary<string, string> NoEquivalent = new Dictionary<string, string>
    {
        ["Bernoulli"] = AnotherGenerator,
        ["Categorical"] = AnotherGenerator,
        ["Dropout"] = AnotherGenerator,
        ["GruSequenceGrad"] = HiddenGradient,
        ["LstmSequenceGrad"] = HiddenGradient,
        ["RandPermutation"] = AnotherGenerator,
        ["RandomBits"] = AnotherGenerator,
        ["RandomInteger"] = AnotherGenerator,
        ["RandomNormal"] = AnotherGenerator,
        ["RandomUniform"] = AnotherGenerator,
        ["RnnSequenceGrad"] = HiddenGradient,
        ["Rrelu"] = AnotherGenerator,
    };

    static TorchTable()
    {
        AddElementwise();
        AddReductions();
        AddViews();
        AddIndexing();
        AddSorting();
        AddLinearAlgebra();
        AddConvolution();
        AddPooling();
        AddNormalisation();
        AddAttention();
        AddLosses();
        AddRecurrence();
        AddResampling();
    }

    /// <summary>Names in the catalogue of the operations in this table.</summary>
    internal static IEnumerable<string> Names => Functions.Keys.Select(NameOf);

    internal static torch.Tensor Apply(Op op, torch.Tensor[] inputs) =>
        Functions.TryGetValue(op.GetType(), out var function)
            ? function(op, inputs)
            : throw new NotSupportedException($"{op.Name} is not in the table: enter its function of torch, or say in {nameof(NoEquivalent)} why there is none.");

    private static string NameOf(Type op) =>
        op.GetProperty(nameof(IOpDefinition.Entry))?.GetValue(null) is OpDefinition definition ? definition.Name : op.Name;

    private static void Add<TOp>(Func<TOp, torch.Tensor[], torch.Tensor> function) where TOp : Op =>
        Functions.Add(typeof(TOp), (op, inputs) => function((TOp)op, inputs));

    private static void Unary<TOp>(Func<torch.Tensor, torch.Tensor> function) where TOp : Op =>
        Add<TOp>((_, inputs) => function(inputs[0]));

    private static void Binary<TOp>(Func<torch.Tensor, torch.Tensor, torch.Tensor> function) where TOp : Op =>
        Add<TOp>((_, inputs) => function(inputs[0], inputs[1]));

    private static long[] Long(Axes axes) => Array.ConvertAll(axes.Span.ToArray(), axis => (long)axis);
}
