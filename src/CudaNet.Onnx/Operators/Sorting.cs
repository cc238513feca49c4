namespace CudaNet.Onnx.Operators;

/// <summary>Orders, and what depends on how many elements fulfil something.</summary>
internal static class Sorting
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["CumSum"] = CumSum,
        ["NonMaxSuppression"] = NonMaxSuppression,
        ["NonZero"] = NonZero,
        ["TopK"] = TopK,
        ["Unique"] = Unique,
    };

    private static IReadOnlyList<Value> CumSum(NodeContext c)
    {
        var x = c.Input(0);
        int axis = c.Axis((c.Integers(1) ?? throw c.Fail("the axis is missing")).Single(), x.Rank);
        var sums = x.CumSum(axis, c.Flag("reverse"));
        return [c.Like(c.Flag("exclusive") ? sums - x : sums)];
    }

    private static IReadOnlyList<Value> TopK(NodeContext c)
    {
        var x = c.Input(0);
        int axis = c.Axis(c.Int("axis", -1), x.Rank);
        long k = c.Opset < 10 ? c.Int("k") : (c.Integers(1) ?? throw c.Fail("the number is missing")).Single();
        var (values, indices) = x.TopK(k, axis, c.Flag("largest", true));
        return [c.Like(values), Value.Of(indices.To(DType.Int64))];
    }

    /// <summary>Elements that are asked for on the host: what depends on their number decides about shapes.</summary>
    private static IReadOnlyList<Value> NonZero(NodeContext c)
    {
        var x = c.Input(0);
        double[] values = c.Doubles(0)!;
        long[] places = [.. Enumerable.Range(0, values.Length).Where(k => values[k] != 0).Select(k => (long)k)];
        long[] strides = x.Shape.ContiguousStrides();
        var result = new long[x.Rank * places.Length];
        for (int axis = 0; axis < x.Rank; axis++)
            for (int k = 0; k < places.Length; k++)
                result[axis * places.Length + k] = places[k] / strides[axis] % x.Shape[axis];
        return [Value.Of(Tensor.From(result, [x.Rank, places.Length], c.Device))];
    }

    private static IReadOnlyList<Value> Unique(NodeContext c)
    {
        var x = c.Input(0);
        int axis = c.Has("axis") ? c.Axis(c.Int("axis"), x.Rank) : 0;
        var rows = c.Has("axis") ? x.MoveAxis(axis, 0) : x.Reshape([-1]);
        long count = rows.Shape[0];
        int width = (int)(count == 0 ? 0 : rows.ElementCount / count);
        double[] values = (c.Has("axis") ? Value.Of(rows, c.TypeOf(0), c.Required(0).IsConstant) : c.Required(0)).Doubles();
        var order = Comparer<int>.Create((a, b) => values.AsSpan(a * width, width).SequenceCompareTo(values.AsSpan(b * width, width)));
        // Rows of the same value fall together; each is known by its first.
        int[] sorted = [.. Enumerable.Range(0, (int)count).OrderBy(k => k, order)];
        var firsts = new List<int>();
        var groupOf = new int[count];
        for (int k = 0; k < sorted.Length; k++)
        {
            if (k == 0 || order.Compare(sorted[k - 1], sorted[k]) != 0)
                firsts.Add(sorted[k]);
            groupOf[sorted[k]] = firsts.Count - 1;
        }
        int[] ranks = [.. Enumerable.Range(0, firsts.Count)];
        if (!c.Flag("sorted", true))
            Array.Sort([.. firsts], ranks);
        var place = new int[ranks.Length];
        for (int k = 0; k < ranks.Length; k++)
            place[ranks[k]] = k;
        long[] indices = [.. ranks.Select(rank => (long)firsts[rank])], inverse = [.. groupOf.Select(group => (long)place[group])];
        var counts = new long[ranks.Length];
        foreach (long k in inverse)
            counts[k]++;
        var unique = rows.Take(Tensor.From(indices, [indices.Length], c.Device), 0);
        return [c.Like(c.Has("axis") ? unique.MoveAxis(0, axis) : unique), c.Constant(indices), c.Constant(inverse), c.Constant(counts)];
    }

    private static IReadOnlyList<Value> NonMaxSuppression(NodeContext c)
    {
        var (boxes, scores) = (c.Input(0), c.Input(1));
        double[] corners = c.Doubles(0)!, values = c.Doubles(1)!;
        long most = c.Integers(2)?.Single() ?? 0;
        double overlap = c.Doubles(3)?.Single() ?? 0, least = c.Doubles(4)?.Single() ?? double.NegativeInfinity;
        bool centred = c.Int("center_point_box", 0) == 1;
        var (batches, classes, count) = (scores.Shape[0], scores.Shape[1], (int)scores.Shape[2]);
        var selected = new List<long>();
        for (long batch = 0; batch < batches; batch++)
        {
            var areas = Enumerable.Range(0, count).Select(k => Box(corners.AsSpan((int)((batch * boxes.Shape[1] + k) * 4), 4), centred)).ToArray();
            for (long type = 0; type < classes; type++)
            {
                long offset = (batch * classes + type) * count;
                var kept = new List<int>();
                foreach (int k in Enumerable.Range(0, count).Where(k => values[offset + k] > least).OrderByDescending(k => values[offset + k]))
                {
                    if (kept.Count >= most)
                        break;
                    if (kept.TrueForAll(other => Overlap(areas[k], areas[other]) <= overlap))
                        kept.Add(k);
                }
                foreach (int k in kept)
                    selected.AddRange([batch, type, k]);
            }
        }
        return [Value.Of(Tensor.From(selected.ToArray(), [selected.Count / 3, 3], c.Device))];
    }

    private static (double Top, double Left, double Bottom, double Right) Box(ReadOnlySpan<double> numbers, bool centred) => centred
        ? (numbers[1] - numbers[3] / 2, numbers[0] - numbers[2] / 2, numbers[1] + numbers[3] / 2, numbers[0] + numbers[2] / 2)
        : (Math.Min(numbers[0], numbers[2]), Math.Min(numbers[1], numbers[3]), Math.Max(numbers[0], numbers[2]), Math.Max(numbers[1], numbers[3]));

    private static double Overlap((double Top, double Left, double Bottom, double Right) a, (double Top, double Left, double Bottom, double Right) b)
    {
        double both = Math.Max(0, Math.Min(a.Bottom, b.Bottom) - Math.Max(a.Top, b.Top)) * Math.Max(0, Math.Min(a.Right, b.Right) - Math.Max(a.Left, b.Left));
        double all = (a.Bottom - a.Top) * (a.Right - a.Left) + (b.Bottom - b.Top) * (b.Right - b.Left) - both;
        return all <= 0 ? 0 : both / all;
    }
}
