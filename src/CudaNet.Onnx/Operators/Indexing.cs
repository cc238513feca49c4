namespace CudaNet.Onnx.Operators;

/// <summary>Elements by their places.</summary>
internal static class Indexing
{
    /// <summary>Updates that cannot be done at once, because several may meet one element, are done one by one.</summary>
    private const int MostUpdates = 4096;

    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["Compress"] = Compress,
        ["Gather"] = c => [c.Like(c.Input(0).Take(Places(c.Input(1), c.Input(0).Shape[Axis(c)]), Axis(c)))],
        ["GatherElements"] = c => [c.Like(c.Input(0).Gather(Places(c.Input(1), c.Input(0).Shape[Axis(c)]), Axis(c)))],
        ["GatherND"] = GatherNd,
        ["OneHot"] = OneHot,
        ["ReverseSequence"] = ReverseSequence,
        ["Scatter"] = ScatterElements,
        ["ScatterElements"] = ScatterElements,
        ["ScatterND"] = ScatterNd,
    };

    private static int Axis(NodeContext c) => c.Axis(c.Int("axis", 0), c.Input(0).Rank);

    /// <summary>Indices counted from the beginning; negative ones count from the end.</summary>
    private static Tensor Places(Tensor indices, long size) => (indices < 0).Where(indices + size, indices);

    private static IReadOnlyList<Value> ScatterElements(NodeContext c)
    {
        var (x, updates) = (c.Input(0), c.Input(2));
        int axis = Axis(c);
        var places = Places(c.Input(1), x.Shape[axis]);
        switch (c.Text("reduction", "none"))
        {
            case "none":
                return [c.Like(x.Scatter(places, updates, axis))];
            case "add":
                return [c.Like(x.ScatterAdd(places, updates, axis))];
            case var reduction:
                // Along the axis a slice at a time: within one, no two updates meet.
                for (long k = 0; k < places.Shape[axis]; k++)
                {
                    var (at, values) = (places.Narrow(axis, k, 1), updates.Narrow(axis, k, 1));
                    x = x.Scatter(at, Combined(c, reduction, x.Gather(at, axis), values), axis);
                }
                return [c.Like(x)];
        }
    }

    private static Tensor Combined(NodeContext c, string reduction, Tensor old, Tensor update) => reduction switch
    {
        "add" => old + update,
        "mul" => old * update,
        "max" => old.Maximum(update),
        "min" => old.Minimum(update),
        _ => throw c.Fail($"the reduction \"{reduction}\" is unknown"),
    };

    /// <summary>Indices of rows of x as a matrix [rows, …] from indices [count, depth] of its first axes.</summary>
    private static Tensor FlatPlaces(Tensor indices, ReadOnlySpan<long> sizes)
    {
        var flat = Tensor.Zeros([indices.Shape[0]], DType.Int64, indices.Device);
        for (int k = 0; k < sizes.Length; k++)
            flat = flat * sizes[k] + Places(indices.Select(1, k).To(DType.Int64), sizes[k]);
        return flat;
    }

    private static IReadOnlyList<Value> GatherNd(NodeContext c)
    {
        var (x, indices) = (c.Input(0), c.Input(1));
        int batch = (int)c.Int("batch_dims", 0), depth = (int)indices.Shape[^1];
        if (batch < 0 || batch >= indices.Rank || batch + depth > x.Rank)
            throw c.Fail($"indices {indices.Shape} with {batch} batch axes reach beyond {x.Shape}");
        long batches = x.Shape.Slice(0, batch).ElementCount;
        var inner = x.Shape.Slice(batch + depth, x.Rank - batch - depth);
        var list = indices.Reshape([-1, depth]);
        var flat = FlatPlaces(list, x.Shape.Span.Slice(batch, depth));
        long each = x.Shape.Slice(batch, depth).ElementCount;
        if (batch > 0)
            flat += c.Iota(batches).RepeatInterleave(flat.ElementCount / Math.Max(1, batches), 0) * each;
        var rows = x.Reshape([batches * each, inner.ElementCount]).Take(flat, 0);
        return [c.Like(rows.Reshape(indices.Shape.Slice(0, indices.Rank - 1).Concat(inner.Span)))];
    }

    private static IReadOnlyList<Value> ScatterNd(NodeContext c)
    {
        var (x, indices, updates) = (c.Input(0), c.Input(1), c.Input(2));
        int depth = (int)indices.Shape[^1];
        if (depth > x.Rank)
            throw c.Fail($"indices {indices.Shape} reach beyond {x.Shape}");
        var inner = x.Shape.Slice(depth, x.Rank - depth);
        var flat = FlatPlaces(indices.Reshape([-1, depth]), x.Shape.Span[..depth]);
        var rows = x.Reshape([x.Shape.Slice(0, depth).ElementCount, inner.ElementCount]);
        var values = updates.Reshape([flat.Shape[0], inner.ElementCount]);
        string reduction = c.Text("reduction", "none");
        if (reduction == "none")
        {
            rows = rows.IndexCopy(flat, values, 0);
        }
        else if (reduction == "add")
        {
            rows = rows.IndexAdd(flat, values, 0);
        }
        else
        {
            if (flat.Shape[0] > MostUpdates)
                throw c.Fail($"{flat.Shape[0]} updates with the reduction \"{reduction}\" are more than {MostUpdates}");
            for (long k = 0; k < flat.Shape[0]; k++)
            {
                var at = flat.Narrow(0, k, 1);
                rows = rows.IndexCopy(at, Combined(c, reduction, rows.Take(at, 0), values.Narrow(0, k, 1)), 0);
            }
        }
        return [c.Like(rows.Reshape(x.Shape))];
    }

    private static IReadOnlyList<Value> OneHot(NodeContext c)
    {
        var indices = c.Input(0);
        long depth = (c.Integers(1) ?? throw c.Fail("the depth is missing")).Single();
        int axis = c.Axis(c.Int("axis", -1), indices.Rank, behind: true);
        var values = c.Input(2);
        var hot = Places(indices.To(DType.Int64), depth).Unsqueeze(indices.Rank).Eq(c.Iota(depth)).MoveAxis(indices.Rank, axis);
        return [c.Like(hot.Where(values.Select(0, 1), values.Select(0, 0)), 2)];
    }

    private static IReadOnlyList<Value> Compress(NodeContext c)
    {
        var x = c.Input(0);
        long[] kept = [.. (c.Integers(1) ?? throw c.Fail("the condition is missing")).Select((flag, k) => (flag, k: (long)k)).Where(entry => entry.flag != 0).Select(entry => entry.k)];
        var places = Tensor.From(kept, [kept.Length], c.Device);
        return c.Has("axis") ? [c.Like(x.Take(places, c.Axis(c.Int("axis"), x.Rank)))] : [c.Like(x.Reshape([-1]).Take(places, 0))];
    }

    private static IReadOnlyList<Value> ReverseSequence(NodeContext c)
    {
        var (x, lengths) = (c.Input(0), c.Input(1).To(DType.Int64));
        int batch = c.Axis(c.Int("batch_axis", 1), x.Rank), time = c.Axis(c.Int("time_axis", 0), x.Rank);
        var moved = x.MoveAxis(time, 0);
        int from = batch < time ? batch + 1 : batch;
        moved = moved.MoveAxis(from, 1);
        var steps = c.Iota(x.Shape[time]).Unsqueeze(1);
        var places = (steps < lengths).Where(lengths - 1 - steps, steps);
        var shape = Enumerable.Repeat(1L, moved.Rank).ToArray();
        (shape[0], shape[1]) = (places.Shape[0], places.Shape[1]);
        var reversed = moved.Gather(places.Reshape(new Shape(shape)).ExpandTo(moved.Shape), 0);
        return [c.Like(reversed.MoveAxis(1, from).MoveAxis(0, time))];
    }
}
