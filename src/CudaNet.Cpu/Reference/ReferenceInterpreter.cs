using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.Reference;

/// <summary>Computes one op: plain loops in float64, no cleverness.</summary>
internal delegate ReferenceArray ReferenceKernel<in TOp>(TOp op, ReferenceArray[] inputs, Node node) where TOp : Op;

/// <summary>
/// The oracle of all tests: runs a graph op by op in float64 by naive loops, without fusion, planning or views. Leaves
/// are read in their own type and widened. An op without a loop here is run by its decomposition.
/// </summary>
public static class ReferenceInterpreter
{
    private static readonly Dictionary<Type, Func<Node, ReferenceArray[], ReferenceArray>> Kernels = [];

    static ReferenceInterpreter()
    {
        // One line a family; each registers the loops of its ops.
        ReferenceElementwise.Register();
        ReferenceReductions.Register();
        ReferenceViews.Register();
        ReferenceIndexing.Register();
        ReferenceRandom.Register();
        ReferenceConvolution.Register();
        ReferenceRows.Register();
        ReferenceMatrices.Register();
    }

    internal static void Add<TOp>(ReferenceKernel<TOp> kernel) where TOp : Op =>
        Kernels.Add(typeof(TOp), (node, inputs) => kernel((TOp)node.Op, inputs, node));

    /// <summary>True if there is a loop for this op, so that it does not rest on its decomposition.</summary>
    public static bool Knows(Type op) => Kernels.ContainsKey(op);

    /// <summary>The value of a tensor in float64.</summary>
    /// <param name="tensor">What to compute.</param>
    /// <param name="substitutes">Values to take for leaves instead of their own, as for finite differences; null for none.</param>
    public static ReferenceArray Evaluate(Tensor tensor, IReadOnlyDictionary<Node, double[]>? substitutes = null)
    {
        var values = new Dictionary<Node, ReferenceArray>();
        foreach (var node in Graph.Collect(tensor.Node)) values[node] = Evaluate(node, values, substitutes);
        return values[tensor.Node];
    }

    private static ReferenceArray Evaluate(Node node, Dictionary<Node, ReferenceArray> values, IReadOnlyDictionary<Node, double[]>? substitutes)
    {
        if (substitutes is not null && substitutes.TryGetValue(node, out var substitute)) return new(node.Shape, substitute);
        if (node.IsRealized) return new(node.Shape, new Tensor(node).ToDoubles());
        if (node.Op is Literal literal) return new(node.Shape, [literal.Value.Value]);
        var inputs = new ReferenceArray[node.Inputs.Count];
        for (var k = 0; k < inputs.Length; k++) inputs[k] = values[node.Inputs[k]];
        if (Kernels.TryGetValue(node.Op.GetType(), out var kernel)) return kernel(node, inputs);
        if (node.Op is IView view) return Read(inputs[0], view.View(Layout.Contiguous(inputs[0].Shape))!);
        if (node.Op is IComposite composite)
        {
            var arguments = new Tensor[inputs.Length];
            var given = new Dictionary<Node, double[]>(substitutes ?? new Dictionary<Node, double[]>());
            for (var k = 0; k < arguments.Length; k++)
            {
                var type = node.Inputs[k].Type;
                arguments[k] = new(new Node(new Placeholder(k, type), [], type, node.Device));
                given[arguments[k].Node] = inputs[k].Values;
            }
            return Evaluate(composite.Decompose(arguments), given);
        }
        throw new GraphException($"{node.Op.Name}: the reference has no loop for it.");
    }

    private static ReferenceArray Read(ReferenceArray source, Layout layout)
    {
        var result = new ReferenceArray(layout.Shape);
        var index = new long[layout.Shape.Rank];
        for (long i = 0; i < result.Values.LongLength; i++)
        {
            result.Values[i] = source.Values[layout.PositionOf(index)];
            for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == layout.Shape[axis]; axis--) index[axis] = 0;
        }
        return result;
    }
}
