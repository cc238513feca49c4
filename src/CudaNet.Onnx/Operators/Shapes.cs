namespace CudaNet.Onnx.Operators;

/// <summary>Shapes and what changes them without changing elements.</summary>
internal static class Shapes
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["Concat"] = c => [c.Like(Tensor.Concat(c.Inputs(), c.Axis(c.Int("axis", 1), c.Input(0).Rank)))],
        ["DepthToSpace"] = DepthToSpace,
        ["Expand"] = Expand,
        ["Flatten"] = Flatten,
        ["Identity"] = c => [c.Required(0)],
        ["Pad"] = Pad,
        ["Reshape"] = Reshape,
        ["Shape"] = ShapeOf,
        ["Size"] = c => [Value.Of(Tensor.Full([], c.Input(0).ElementCount, DType.Int64, c.Device), constant: true)],
        ["Slice"] = Slice,
        ["SpaceToDepth"] = SpaceToDepth,
        ["Split"] = Split,
        ["Squeeze"] = Squeeze,
        ["Tile"] = Tile,
        ["Transpose"] = c => [c.Like(c.Input(0).Permute(c.Ints("perm") is { } order ? c.Axes(order, c.Input(0).Rank) : [.. Enumerable.Range(0, c.Input(0).Rank).Reverse()]))],
        ["Unsqueeze"] = Unsqueeze,
    };

    private static IReadOnlyList<Value> ShapeOf(NodeContext c)
    {
        var sizes = c.Input(0).Shape.Span;
        int start = Clamped(c.Int("start", 0), sizes.Length), end = Clamped(c.Int("end", sizes.Length), sizes.Length);
        return [c.Constant(sizes[start..Math.Max(start, end)])];

        static int Clamped(long position, int rank) => (int)Math.Clamp(position < 0 ? position + rank : position, 0, rank);
    }

    private static IReadOnlyList<Value> Reshape(NodeContext c)
    {
        var x = c.Input(0);
        long[] sizes = [.. (c.Opset < 5 ? c.Ints("shape") : c.Integers(1)) ?? throw c.Fail("the shape is missing")];
        bool allowZero = c.Flag("allowzero");
        for (int i = 0; i < sizes.Length; i++)
            if (sizes[i] == 0 && !allowZero)
                sizes[i] = i < x.Rank ? x.Shape[i] : throw c.Fail($"size 0 of axis {i} means that of the input, which is {x.Shape}");
        return [c.Like(x.Reshape(Inferred(c, sizes, x.ElementCount)))];
    }

    /// <summary>Puts what is left in the place of −1.</summary>
    private static Shape Inferred(NodeContext c, long[] sizes, long count)
    {
        int free = Array.IndexOf(sizes, -1L);
        if (sizes.Any(size => size < -1) || (free >= 0 && Array.LastIndexOf(sizes, -1L) != free))
            throw c.Fail($"the shape [{string.Join(", ", sizes)}] has more than one −1, or another negative size");
        if (free >= 0)
        {
            long others = sizes.Where(size => size >= 0).Aggregate(1L, (a, b) => checked(a * b));
            sizes[free] = others == 0 ? 0 : count / others;
        }
        return sizes;
    }

    private static IReadOnlyList<Value> Flatten(NodeContext c)
    {
        var x = c.Input(0);
        int axis = c.Axis(c.Int("axis", 1), x.Rank, behind: true);
        // Counted from the end, the last place is before the last axis, not behind it.
        if (c.Int("axis", 1) < 0)
            axis = (int)(c.Int("axis", 1) + x.Rank);
        return [c.Like(x.Reshape([x.Shape.Slice(0, axis).ElementCount, x.Shape.Slice(axis, x.Rank - axis).ElementCount]))];
    }

    private static IReadOnlyList<Value> Squeeze(NodeContext c)
    {
        var x = c.Input(0);
        long[]? axes = c.Opset < 13 ? c.Ints("axes") : c.Integers(1);
        int[] gone = axes is null ? [.. Enumerable.Range(0, x.Rank).Where(k => x.Shape[k] == 1)] : c.Axes(axes, x.Rank);
        if (gone.Any(axis => x.Shape[axis] != 1))
            throw c.Fail($"axes [{string.Join(", ", gone)}] of {x.Shape} are not all of size 1");
        return [c.Like(x.Reshape(new Shape([.. x.Shape.ToArray().Where((_, k) => !gone.Contains(k))])))];
    }

    private static IReadOnlyList<Value> Unsqueeze(NodeContext c)
    {
        var x = c.Input(0);
        long[] axes = (c.Opset < 13 ? c.Ints("axes") : c.Integers(1)) ?? throw c.Fail("the axes are missing");
        int[] made = c.Axes(axes, x.Rank + axes.Length);
        if (made.Distinct().Count() < made.Length)
            throw c.Fail($"an axis of [{string.Join(", ", axes)}] occurs twice");
        var sizes = new long[x.Rank + made.Length];
        for (int k = 0, from = 0; k < sizes.Length; k++)
            sizes[k] = made.Contains(k) ? 1 : x.Shape[from++];
        return [c.Like(x.Reshape(new Shape(sizes)))];
    }

    private static IReadOnlyList<Value> Expand(NodeContext c)
    {
        var x = c.Input(0);
        Shape shape = c.Integers(1) ?? throw c.Fail("the shape is missing");
        return [c.Like(x.ExpandTo(Shape.Broadcast(x.Shape, shape, "Expand")))];
    }

    private static IReadOnlyList<Value> Tile(NodeContext c)
    {
        var x = c.Input(0);
        long[] counts = c.Integers(1) ?? throw c.Fail("the counts are missing");
        if (c.Opset < 6)
        {
            long times = counts.Single();
            int axis = c.Axis((c.Integers(2) ?? throw c.Fail("the axis is missing")).Single(), x.Rank);
            counts = [.. Enumerable.Repeat(1L, x.Rank)];
            counts[axis] = times;
        }
        return [c.Like(x.Tile(counts))];
    }

    private static IReadOnlyList<Value> Split(NodeContext c)
    {
        var x = c.Input(0);
        int axis = c.Axis(c.Int("axis", 0), x.Rank);
        long[]? sizes = c.Opset < 13 ? c.Ints("split") : c.Integers(1);
        if (sizes is null)
        {
            long parts = c.Int("num_outputs", c.OutputCount), size = (x.Shape[axis] + parts - 1) / parts;
            sizes = [.. Enumerable.Range(0, (int)parts).Select(k => Math.Clamp(x.Shape[axis] - k * size, 0, size))];
        }
        if (sizes.Sum() != x.Shape[axis] || sizes.Any(size => size < 0))
            throw c.Fail($"the sizes [{string.Join(", ", sizes)}] are not those of axis {axis} of {x.Shape}");
        long begin = 0;
        return [.. sizes.Select(size => c.Like(x.Narrow(axis, (begin += size) - size, size)))];
    }

    private static IReadOnlyList<Value> Slice(NodeContext c)
    {
        var x = c.Input(0);
        long[] starts, ends;
        long[]? axes, steps = null;
        if (c.Opset < 10)
        {
            (starts, ends, axes) = (c.Ints("starts") ?? [], c.Ints("ends") ?? [], c.Ints("axes"));
        }
        else
        {
            (starts, ends) = (c.Integers(1) ?? throw c.Fail("the starts are missing"), c.Integers(2) ?? throw c.Fail("the ends are missing"));
            (axes, steps) = (c.Integers(3), c.Integers(4));
        }
        axes ??= [.. Enumerable.Range(0, starts.Length).Select(k => (long)k)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || (steps is not null && steps.Length != starts.Length))
            throw c.Fail($"{starts.Length} starts, {ends.Length} ends, {axes.Length} axes and {steps?.Length ?? starts.Length} steps must be equally many");
        for (int k = 0; k < starts.Length; k++)
        {
            int axis = c.Axis(axes[k], x.Rank);
            long step = steps?[k] ?? 1, size = x.Shape[axis];
            x = x.Slice(axis, Inside(starts[k], size), Inside(ends[k], size), step);
        }
        return [c.Like(x)];

        // Far ends are written as the largest and smallest integers, which must not overflow.
        static long Inside(long position, long size) => Math.Clamp(position, -size - 1, size);
    }

    private static IReadOnlyList<Value> Pad(NodeContext c)
    {
        var x = c.Input(0);
        long[] pads = (c.Opset < 11 ? c.Ints("pads") ?? c.Ints("paddings") : c.Integers(1)) ?? throw c.Fail("the pads are missing");
        int[] axes = c.Integers(3) is { } named ? c.Axes(named, x.Rank) : [.. Enumerable.Range(0, x.Rank)];
        if (pads.Length != 2 * axes.Length)
            throw c.Fail($"{pads.Length} pads for {axes.Length} axes; there must be two for each");
        var (low, high) = (new long[x.Rank], new long[x.Rank]);
        for (int k = 0; k < axes.Length; k++)
            (low[axes[k]], high[axes[k]]) = (pads[k], pads[axes.Length + k]);
        switch (c.Text("mode", "constant"))
        {
            case "constant":
                double value = c.Opset < 11 ? c.Float("value", 0) : c.Doubles(2)?.FirstOrDefault() ?? 0;
                return [c.Like(x.Pad(low, high, value: value))];
            case "reflect":
                return [c.Like(x.Pad(low, high, PadMode.Reflect))];
            case "edge":
                return [c.Like(x.Pad(low, high, PadMode.Replicate))];
            case "wrap":
                return [c.Like(x.Pad(low, high, PadMode.Circular))];
            case var mode:
                throw c.Fail($"the mode \"{mode}\" is unknown");
        }
    }

    private static IReadOnlyList<Value> DepthToSpace(NodeContext c)
    {
        var x = c.Input(0);
        var (n, depth, h, w, block) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], c.Int("blocksize"));
        long channels = depth / (block * block);
        var y = c.Text("mode", "DCR") == "CRD"
            ? x.Reshape([n, channels, block, block, h, w]).Permute(0, 1, 4, 2, 5, 3)
            : x.Reshape([n, block, block, channels, h, w]).Permute(0, 3, 4, 1, 5, 2);
        return [c.Like(y.Reshape([n, channels, h * block, w * block]))];
    }

    private static IReadOnlyList<Value> SpaceToDepth(NodeContext c)
    {
        var x = c.Input(0);
        var (n, channels, h, w, block) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], c.Int("blocksize"));
        return [c.Like(x.Reshape([n, channels, h / block, block, w / block, block]).Permute(0, 3, 5, 1, 2, 4).Reshape([n, channels * block * block, h / block, w / block]))];
    }
}
