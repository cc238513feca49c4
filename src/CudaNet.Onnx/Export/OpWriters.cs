using CudaNet.Graphs;
using CudaNet.Ops;
using static CudaNet.Onnx.GraphWriter;
using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Onnx;

/// <summary>How the engine's ops are written as operators of ONNX. A writer gives null for a case that it cannot write: then
/// the op's decomposition is taken.</summary>
internal static class OpWriters
{
    private static readonly Dictionary<Type, Func<GraphWriter, Node, string?>> Table = new()
    {
        [typeof(Abs)] = Same("Abs"),
        [typeof(Add)] = Same("Add"),
        [typeof(ArgMax)] = Arg("ArgMax"),
        [typeof(ArgMin)] = Arg("ArgMin"),
        [typeof(AvgPool)] = Average,
        [typeof(Cast)] = (w, n) => w.Add("Cast", Inputs(w, n), Of("to", (long)ElementTypes.Natural(n.DType))),
        [typeof(Ceil)] = Same("Ceil"),
        [typeof(Concat)] = (w, n) => w.Add("Concat", Inputs(w, n), Of("axis", ((Concat)n.Op).Axis)),
        [typeof(Conv)] = (w, n) => w.Add("Conv", Inputs(w, n), Geometry(((Conv)n.Op).Geometry)),
        [typeof(ConvInputGrad)] = Transposed,
        [typeof(Cos)] = Same("Cos"),
        [typeof(CumSum)] = (w, n) => w.Add("CumSum", [Input(w, n), w.Integers(((CumSum)n.Op).Axis)], Of("reverse", ((CumSum)n.Op).Reverse ? 1 : 0)),
        [typeof(Detach)] = Same("Identity"),
        [typeof(Div)] = Same("Div"),
        [typeof(Equal)] = Same("Equal"),
        [typeof(Erf)] = Same("Erf"),
        [typeof(Exp)] = Same("Exp"),
        [typeof(Exp2)] = (w, n) => w.Add("Exp", [w.Add("Mul", [Input(w, n), w.Scalar(Math.Log(2), n.DType)])]),
        [typeof(Expand)] = (w, n) => w.Add("Expand", [Input(w, n), w.Integers(n.Shape.Span)]),
        [typeof(Expm1)] = (w, n) => w.Add("Sub", [w.Add("Exp", Inputs(w, n)), w.Scalar(1, n.DType)]),
        [typeof(Flip)] = Flip,
        [typeof(Floor)] = Same("Floor"),
        [typeof(FloorDivide)] = (w, n) => n.DType.IsFloating() ? w.Add("Floor", [w.Add("Div", Inputs(w, n))]) : null,
        [typeof(Fmod)] = (w, n) => w.Add("Mod", Inputs(w, n), Of("fmod", 1L)),
        [typeof(Gather)] = (w, n) => w.Add("GatherElements", Inputs(w, n), Of("axis", ((Gather)n.Op).Axis)),
        [typeof(Greater)] = Same("Greater"),
        [typeof(GreaterEqual)] = Same("GreaterOrEqual"),
        [typeof(Iota)] = (w, n) => w.Add("Cast", [w.Add("Range", [w.Scalar(0, DType.Int64), w.Scalar(n.Shape[0], DType.Int64), w.Scalar(1, DType.Int64)])], Of("to", (long)ElementTypes.Natural(n.DType))),
        [typeof(LayerNorm)] = LayerNormalization,
        [typeof(Less)] = Same("Less"),
        [typeof(LessEqual)] = Same("LessOrEqual"),
        [typeof(Literal)] = (w, n) => w.Scalar(((Literal)n.Op).Value.Value, n.DType),
        [typeof(Log)] = Same("Log"),
        [typeof(Log1p)] = (w, n) => w.Add("Log", [w.Add("Add", [Input(w, n), w.Scalar(1, n.DType)])]),
        [typeof(Log2)] = (w, n) => w.Add("Div", [w.Add("Log", Inputs(w, n)), w.Scalar(Math.Log(2), n.DType)]),
        [typeof(LogicalAnd)] = Same("And"),
        [typeof(LogicalNot)] = Same("Not"),
        [typeof(LogicalOr)] = Same("Or"),
        [typeof(LogicalXor)] = Same("Xor"),
        [typeof(LogSoftmax)] = (w, n) => w.Add("LogSoftmax", Inputs(w, n), Of("axis", ((LogSoftmax)n.Op).Axis)),
        [typeof(MatMul)] = Same("MatMul"),
        [typeof(Max)] = Reduce("ReduceMax"),
        [typeof(Maximum)] = Same("Max"),
        [typeof(MaxPool)] = (w, n) => w.Add("MaxPool", Inputs(w, n), [.. Geometry(((MaxPool)n.Op).Geometry, group: false), Of("kernel_shape", ((MaxPool)n.Op).Kernel.Span)]),
        [typeof(Min)] = Reduce("ReduceMin"),
        [typeof(Minimum)] = Same("Min"),
        [typeof(Mul)] = Same("Mul"),
        [typeof(Neg)] = Same("Neg"),
        [typeof(NotEqual)] = (w, n) => w.Add("Not", [w.Add("Equal", Inputs(w, n))]),
        [typeof(Pad)] = Pad,
        [typeof(Permute)] = (w, n) => w.Add("Transpose", Inputs(w, n), Of("perm", Longs(((Permute)n.Op).Order))),
        [typeof(Pow)] = Same("Pow"),
        [typeof(Prod)] = Reduce("ReduceProd"),
        [typeof(Reciprocal)] = Same("Reciprocal"),
        [typeof(Relu)] = Same("Relu"),
        [typeof(Remainder)] = Remainder,
        [typeof(Reshape)] = (w, n) => w.Add("Reshape", [Input(w, n), w.Integers(n.Shape.Span)], Of("allowzero", 1L)),
        [typeof(Round)] = Same("Round"),
        [typeof(Rsqrt)] = (w, n) => w.Add("Reciprocal", [w.Add("Sqrt", Inputs(w, n))]),
        [typeof(Scatter)] = (w, n) => w.Add("ScatterElements", Inputs(w, n), Of("axis", ((Scatter)n.Op).Axis)),
        [typeof(Sigmoid)] = Same("Sigmoid"),
        [typeof(Sign)] = Same("Sign"),
        [typeof(Sin)] = Same("Sin"),
        [typeof(Slice)] = Slice,
        [typeof(Softmax)] = (w, n) => w.Add("Softmax", Inputs(w, n), Of("axis", ((Softmax)n.Op).Axis)),
        [typeof(Softplus)] = Same("Softplus"),
        [typeof(Sqrt)] = Same("Sqrt"),
        [typeof(Sub)] = Same("Sub"),
        [typeof(Sum)] = (w, n) => w.Add("ReduceSum", [Input(w, n), w.Integers(Longs(((Sum)n.Op).Axes))], Of("keepdims", 1L)),
        [typeof(Take)] = (w, n) => w.Add("Gather", Inputs(w, n), Of("axis", ((Take)n.Op).Axis)),
        [typeof(Tan)] = Same("Tan"),
        [typeof(Tanh)] = Same("Tanh"),
        [typeof(Trunc)] = (w, n) => w.Add("Mul", [w.Add("Sign", Inputs(w, n)), w.Add("Floor", [w.Add("Abs", Inputs(w, n))])]),
        [typeof(Where)] = Same("Where"),
    };

    public static Func<GraphWriter, Node, string?>? Find(Op op) => Table.GetValueOrDefault(op.GetType());

    private static string Input(GraphWriter w, Node node, int k = 0) => w.NameOf(node.Inputs[k]);

    private static string[] Inputs(GraphWriter w, Node node) => [.. node.Inputs.Select(w.NameOf)];

    private static long[] Longs(Axes axes) => [.. axes.Span.ToArray().Select(axis => (long)axis)];

    private static Func<GraphWriter, Node, string?> Same(string op) => (w, n) => w.Add(op, Inputs(w, n));

    private static Func<GraphWriter, Node, string?> Reduce(string op) => (w, n) =>
    {
        var axes = n.Op switch { Max max => max.Axes, Min min => min.Axes, _ => ((Prod)n.Op).Axes };
        // ONNX folds no truths: whether any or all hold is asked of numbers.
        if (n.DType != DType.Bool)
            return w.Add(op, Inputs(w, n), Of("axes", Longs(axes)), Of("keepdims", 1L));
        string numbers = w.Add("Cast", Inputs(w, n), Of("to", (long)DataType.Int32));
        return w.Add("Cast", [w.Add(op, [numbers], Of("axes", Longs(axes)), Of("keepdims", 1L))], Of("to", (long)DataType.Bool));
    };

    private static Func<GraphWriter, Node, string?> Arg(string op) => (w, n) =>
    {
        var axes = n.Op is ArgMax max ? max.Axes : ((ArgMin)n.Op).Axes;
        return axes.Count == 1 ? w.Add(op, Inputs(w, n), Of("axis", axes[0]), Of("keepdims", 1L)) : null;
    };

    private static Proto.AttributeProto[] Geometry(ConvGeometry geometry, bool group = true) =>
    [
        Of("strides", geometry.Stride.Span), Of("pads", [.. geometry.Low.Span, .. geometry.High.Span]), Of("dilations", geometry.Dilation.Span), .. group ? new[] { Of("group", geometry.Groups) } : [],
    ];

    private static string? Average(GraphWriter w, Node n)
    {
        var op = (AvgPool)n.Op;
        bool all = op.Counted.Span.SequenceEqual(op.Geometry.High.Span), none = op.Counted.Span.IndexOfAnyExcept(-1) < 0;
        if (!all && !none)
            return null;
        var attributes = Geometry(op.Geometry, group: false).Where(attribute => attribute.Name != "dilations");
        return w.Add("AveragePool", Inputs(w, n), [.. attributes, Of("kernel_shape", op.Kernel.Span), Of("count_include_pad", all ? 1 : 0)]);
    }

    private static string? Transposed(GraphWriter w, Node n)
    {
        var op = (ConvInputGrad)n.Op;
        var (y, weight, geometry) = (n.Inputs[0].Shape, n.Inputs[1].Shape, op.Geometry);
        var extra = new long[geometry.Spatial];
        for (int k = 0; k < extra.Length; k++)
            extra[k] = op.Size[k] - ((y[k + 2] - 1) * geometry.Stride[k] + geometry.Dilation[k] * (weight[k + 2] - 1) + 1 - geometry.Low[k] - geometry.High[k]);
        return extra.All(size => size >= 0) ? w.Add("ConvTranspose", Inputs(w, n), [.. Geometry(geometry), Of("output_padding", extra)]) : null;
    }

    private static string Flip(GraphWriter w, Node n)
    {
        long[] axes = Longs(((Flip)n.Op).Axes);
        return w.Add("Slice", [Input(w, n), w.Integers([.. axes.Select(_ => -1L)]), w.Integers([.. axes.Select(_ => long.MinValue + 1)]), w.Integers(axes), w.Integers([.. axes.Select(_ => -1L)])]);
    }

    private static string Slice(GraphWriter w, Node n)
    {
        var op = (Slice)n.Op;
        int rank = n.Shape.Rank;
        var ends = new long[rank];
        for (int k = 0; k < rank; k++)
            ends[k] = op.Starts[k] + Math.Max(0, (op.Lengths[k] - 1) * op.Steps[k] + 1);
        return w.Add("Slice", [Input(w, n), w.Integers(op.Starts.Span), w.Integers(ends), w.Integers([.. Enumerable.Range(0, rank).Select(k => (long)k)]), w.Integers(op.Steps.Span)]);
    }

    private static string? Pad(GraphWriter w, Node n)
    {
        var op = (Pad)n.Op;
        return op.Interior.Span.IndexOfAnyExcept(0) < 0 ? w.Add("Pad", [Input(w, n), w.Integers([.. op.Low.Span, .. op.High.Span]), w.Scalar(op.Value.Value, n.DType)]) : null;
    }

    private static string Remainder(GraphWriter w, Node n)
    {
        if (!n.DType.IsFloating())
            return w.Add("Mod", Inputs(w, n));
        // a − b·⌊a / b⌋: ONNX's own remainder of floats has the sign of the dividend.
        string whole = w.Add("Floor", [w.Add("Div", Inputs(w, n))]);
        return w.Add("Sub", [Input(w, n), w.Add("Mul", [Input(w, n, 1), whole])]);
    }

    private static string? LayerNormalization(GraphWriter w, Node n)
    {
        var op = (LayerNorm)n.Op;
        return n.Inputs.Count > 1 ? w.Add("LayerNormalization", Inputs(w, n), Of("axis", -op.NormalizedAxes), Of("epsilon", op.Epsilon)) : null;
    }
}
