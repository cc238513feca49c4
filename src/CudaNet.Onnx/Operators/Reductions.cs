namespace CudaNet.Onnx.Operators;

/// <summary>Sums, extremes and the like over axes.</summary>
internal static class Reductions
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["ArgMax"] = c => Arg(c, (x, axis) => x.ArgMax(axis, keepDims: true)),
        ["ArgMin"] = c => Arg(c, (x, axis) => x.ArgMin(axis, keepDims: true)),
        ["ReduceL1"] = Reduce((x, axes, keep) => x.Abs().Sum(axes, keep)),
        ["ReduceL2"] = Reduce((x, axes, keep) => Wide(x).Square().Sum(axes, keep).Sqrt()),
        ["ReduceLogSum"] = Reduce((x, axes, keep) => Wide(x).Sum(axes, keep).Log()),
        ["ReduceLogSumExp"] = Reduce((x, axes, keep) => Wide(x).LogSumExp(axes, keep)),
        ["ReduceMax"] = Reduce((x, axes, keep) => x.Max(axes, keep)),
        ["ReduceMean"] = Reduce((x, axes, keep) => Wide(x).Mean(axes, keep)),
        ["ReduceMin"] = Reduce((x, axes, keep) => x.Min(axes, keep)),
        ["ReduceProd"] = Reduce((x, axes, keep) => x.Prod(axes, keep)),
        ["ReduceSum"] = Reduce((x, axes, keep) => x.Sum(axes, keep), axesInputSince: 13),
        ["ReduceSumSquare"] = Reduce((x, axes, keep) => x.Square().Sum(axes, keep)),
    };

    private static Tensor Wide(Tensor x) => x.DType.IsFloating() ? x : x.To(DType.Float64);

    private static Operator Reduce(Func<Tensor, Axes?, bool, Tensor> reduce, int axesInputSince = 18) => c =>
    {
        var x = c.Input(0);
        bool keep = c.Flag("keepdims", true);
        long[] axes = (c.Opset >= axesInputSince ? c.Integers(1) : c.Ints("axes")) ?? [];
        if (axes.Length == 0 && c.Flag("noop_with_empty_axes"))
            return [c.Required(0)];
        return [Elementwise.Wrapped(c, reduce(x, axes.Length == 0 ? Axes.All(x.Rank) : c.Axes(axes, x.Rank), keep))];
    };

    private static IReadOnlyList<Value> Arg(NodeContext c, Func<Tensor, int, Tensor> arg)
    {
        var x = c.Input(0);
        int axis = c.Axis(c.Int("axis", 0), x.Rank);
        var index = c.Flag("select_last_index") ? x.Shape[axis] - 1 - arg(x.Flip(axis), axis) : arg(x, axis);
        return [Value.Of((c.Flag("keepdims", true) ? index : index.Squeeze(axis)).To(DType.Int64))];
    }
}
