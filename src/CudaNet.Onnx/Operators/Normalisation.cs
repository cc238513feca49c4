namespace CudaNet.Onnx.Operators;

/// <summary>Normalisations, softmaxes and dropout.</summary>
internal static class Normalisation
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["BatchNormalization"] = BatchNorm,
        ["Dropout"] = Dropout,
        ["GroupNormalization"] = GroupNorm,
        ["Hardmax"] = OverAxis((x, axis) => x.ArgMax(axis, keepDims: true) is var best && x.Rank > 0
            ? Tensor.Arange(0, x.Shape[axis], 1, DType.Int64, x.Device).Reshape(AxisShape(x.Rank, axis, x.Shape[axis])).Eq(best) : x.OnesLike()),
        ["InstanceNormalization"] = InstanceNorm,
        ["LayerNormalization"] = LayerNorm,
        ["LogSoftmax"] = OverAxis((x, axis) => x.LogSoftmax(axis)),
        ["LpNormalization"] = LpNorm,
        ["LRN"] = LocalResponse,
        ["MeanVarianceNormalization"] = MeanVariance,
        ["Softmax"] = OverAxis((x, axis) => x.Softmax(axis)),
    };

    private static Shape AxisShape(int rank, int axis, long size)
    {
        var sizes = new long[rank];
        Array.Fill(sizes, 1);
        sizes[axis] = size;
        return sizes;
    }

    private static Tensor PerChannel(Tensor vector, int rank) => vector.Reshape(AxisShape(rank, 1, vector.ElementCount));

    /// <summary>Before version 13 all axes from the named one on counted as one.</summary>
    private static Operator OverAxis(Func<Tensor, int, Tensor> function) => c =>
    {
        var x = c.Input(0);
        if (c.Opset >= 13)
            return [c.Like(function(x, c.Axis(c.Int("axis", -1), x.Rank)))];
        int axis = c.Axis(c.Int("axis", 1), x.Rank, behind: false);
        var flat = x.Reshape([x.Shape.Slice(0, axis).ElementCount, x.Shape.Slice(axis, x.Rank - axis).ElementCount]);
        return [c.Like(function(flat, 1).Reshape(x.Shape))];
    };

    private static IReadOnlyList<Value> BatchNorm(NodeContext c)
    {
        var x = c.Input(0);
        var (gamma, beta, mean, variance) = (c.Input(1), c.Input(2), c.Input(3), c.Input(4));
        double epsilon = c.Float("epsilon", 1e-5), momentum = c.Float("momentum", 0.9);
        if (!c.Flag("training_mode"))
            return [c.Like(x.BatchNorm(mean, variance, gamma, beta, epsilon))];
        int[] axes = [0, .. Enumerable.Range(2, x.Rank - 2)];
        var (batchMean, batchVariance) = (x.Mean(axes), x.Var(axes, correction: 0));
        return
        [
            c.Like(x.BatchNorm(batchMean, batchVariance, gamma, beta, epsilon)),
            c.Like(mean * momentum + batchMean * (1 - momentum), 3),
            c.Like(variance * momentum + batchVariance * (1 - momentum), 4),
        ];
    }

    private static IReadOnlyList<Value> InstanceNorm(NodeContext c)
    {
        var x = c.Input(0);
        int[] axes = [.. Enumerable.Range(2, x.Rank - 2)];
        return [c.Like(x.Standardize(axes, c.Float("epsilon", 1e-5)) * PerChannel(c.Input(1), x.Rank) + PerChannel(c.Input(2), x.Rank))];
    }

    private static IReadOnlyList<Value> GroupNorm(NodeContext c)
    {
        var x = c.Input(0);
        int groups = checked((int)c.Int("num_groups"));
        var (gamma, beta) = (c.Input(1), c.Input(2));
        // Until version 20 there is one number a group, from 21 on one a channel.
        if (gamma.ElementCount == groups && x.Shape[1] != groups)
            (gamma, beta) = (gamma.RepeatInterleave(x.Shape[1] / groups, 0), beta.RepeatInterleave(x.Shape[1] / groups, 0));
        return [c.Like(x.GroupNorm(groups, gamma, beta, c.Float("epsilon", 1e-5)))];
    }

    private static IReadOnlyList<Value> LayerNorm(NodeContext c)
    {
        var x = c.Input(0);
        int axis = c.Axis(c.Int("axis", -1), x.Rank);
        double epsilon = c.Float("epsilon", 1e-5);
        var inner = x.Shape.Slice(axis, x.Rank - axis);
        if (axis == x.Rank - 1 && c.OutputCount == 1 && c.Input(1).Rank == 1 && c.Optional(2) is null or { Rank: 1 })
            return [c.Like(x.LayerNorm(c.Input(1), c.Optional(2), epsilon))];
        int[] axes = [.. Enumerable.Range(axis, x.Rank - axis)];
        var wide = x.DType.IsHalf() ? x.To(DType.Float32) : x;
        var mean = wide.Mean(axes, keepDims: true);
        var inverse = ((wide - mean).Square().Mean(axes, keepDims: true) + epsilon).Rsqrt();
        var y = ((wide - mean) * inverse).To(x.DType) * c.Input(1).ExpandTo(inner);
        if (c.Optional(2) is { } bias)
            y += bias.ExpandTo(inner);
        return [c.Like(y), Value.Of(mean), Value.Of(inverse)];
    }

    private static IReadOnlyList<Value> MeanVariance(NodeContext c)
    {
        var x = c.Input(0);
        int[] axes = c.Axes(c.Ints("axes") ?? [0, 2, 3], x.Rank);
        var centred = x - x.Mean(axes, keepDims: true);
        return [c.Like(centred / (centred.Square().Mean(axes, keepDims: true).Sqrt() + 1e-9))];
    }

    private static IReadOnlyList<Value> LpNorm(NodeContext c)
    {
        var x = c.Input(0);
        int axis = c.Axis(c.Int("axis", -1), x.Rank);
        return [c.Like(x / x.Norm(c.Int("p", 2), axis, keepDims: true))];
    }

    private static IReadOnlyList<Value> LocalResponse(NodeContext c)
    {
        var x = c.Input(0);
        long size = c.Int("size");
        var (low, high) = (new long[x.Rank], new long[x.Rank]);
        (low[1], high[1]) = ((size - 1) / 2, size - 1 - (size - 1) / 2);
        var sums = x.Square().Pad(low, high, value: 0).Windows(1, size).Sum(-1);
        return [c.Like(x / (sums * (c.Float("alpha", 1e-4) / size) + c.Float("bias", 1)).Pow(c.Float("beta", 0.75)))];
    }

    private static IReadOnlyList<Value> Dropout(NodeContext c)
    {
        var x = c.Input(0);
        double ratio = c.Opset < 12 ? c.Float("ratio", 0.5) : c.Doubles(1)?.Single() ?? 0.5;
        bool training = c.Opset >= 12 && (c.Integers(2)?.Single() ?? 0) != 0;
        if (!training || ratio == 0)
            return [c.Required(0), Value.Of(Tensor.Ones(x.Shape, DType.Bool, c.Device))];
        var kept = Tensor.Rand(x.Shape, c.Has("seed") ? c.Int("seed") : null, device: c.Device) >= ratio;
        return [c.Like(kept.Where(x / (1 - ratio), 0)), Value.Of(kept)];
    }
}
