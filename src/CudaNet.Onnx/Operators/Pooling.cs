using CudaNet.Ops;

namespace CudaNet.Onnx.Operators;

/// <summary>Pools over windows and over whole images.</summary>
internal static class Pooling
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["AveragePool"] = Average,
        ["GlobalAveragePool"] = c => [c.Like(c.Input(0).Mean(SpatialAxes(c.Input(0)), keepDims: true))],
        ["GlobalLpPool"] = c => [c.Like(c.Input(0).Abs().Pow(c.Int("p", 2)).Sum(SpatialAxes(c.Input(0)), keepDims: true).Pow(1.0 / c.Int("p", 2)))],
        ["GlobalMaxPool"] = c => [c.Like(c.Input(0).Max(SpatialAxes(c.Input(0)), keepDims: true))],
        ["LpPool"] = Lp,
        ["MaxPool"] = Max,
        ["MaxUnpool"] = Unpool,
    };

    private static int[] SpatialAxes(Tensor x) => [.. Enumerable.Range(2, Math.Max(0, x.Rank - 2))];

    private static Shape Kernel(NodeContext c) => c.Ints("kernel_shape") is { Length: > 0 } kernel && kernel.All(size => size > 0) ? kernel
        : throw c.Fail("kernel_shape is missing or not positive");

    private static Tensor Padded(Tensor x, ConvGeometry geometry, Scalar value)
    {
        var (low, high) = (new long[x.Rank], new long[x.Rank]);
        geometry.Low.Span.CopyTo(low.AsSpan(2));
        geometry.High.Span.CopyTo(high.AsSpan(2));
        return x.Pad(low, high, value: value);
    }

    /// <summary>[batch, channels, places…, window…].</summary>
    private static Tensor Windows(Tensor x, ConvGeometry geometry, Shape kernel, Scalar border) =>
        Padded(x, geometry, border).Windows(SpatialAxes(x), kernel.ToArray(), geometry.Stride.ToArray(), geometry.Dilation.ToArray());

    private static IReadOnlyList<Value> Average(NodeContext c)
    {
        var (x, kernel) = (c.Input(0), Kernel(c));
        var (geometry, asked) = WindowGeometry.Of(c, x.Shape, kernel);
        geometry = geometry with { Groups = 1 };
        if (geometry.Dilation.Span.IndexOfAnyExcept(1) < 0)
            return [c.Like(new AvgPool(geometry, kernel, c.Flag("count_include_pad") ? asked : Integers.Repeat(-1, kernel.Rank)).Apply(x))];
        int[] window = [.. Enumerable.Range(-kernel.Rank, kernel.Rank)];
        var sum = Windows(x, geometry, kernel, 0).Sum(window);
        var counted = Windows(c.Flag("count_include_pad") ? Padded(x.OnesLike(), geometry with { High = asked }, 1) : x.OnesLike(),
            c.Flag("count_include_pad") ? geometry with { Low = new long[kernel.Rank], High = Difference(geometry.High, asked) } : geometry, kernel, 0).Sum(window);
        return [c.Like(sum / counted)];
    }

    private static Shape Difference(Shape a, long[] b) => new([.. a.Span.ToArray().Zip(b, (x, y) => x - y)]);

    private static IReadOnlyList<Value> Lp(NodeContext c)
    {
        var (x, kernel) = (c.Input(0), Kernel(c));
        var (geometry, _) = WindowGeometry.Of(c, x.Shape, kernel);
        long p = c.Int("p", 2);
        return [c.Like(Windows(x.Abs().Pow(p), geometry, kernel, 0).Sum((int[])[.. Enumerable.Range(-kernel.Rank, kernel.Rank)]).Pow(1.0 / p))];
    }

    private static IReadOnlyList<Value> Max(NodeContext c)
    {
        var (x, kernel) = (c.Input(0), Kernel(c));
        var (geometry, _) = WindowGeometry.Of(c, x.Shape, kernel);
        geometry = geometry with { Groups = 1 };
        int spatial = kernel.Rank;
        if (!x.DType.IsFloating())
        {
            // The least of the type stands for what lies outside.
            var integers = Windows(x.To(DType.Float64), geometry, kernel, double.NegativeInfinity).Max((int[])[.. Enumerable.Range(-spatial, spatial)]);
            return [c.Like(integers)];
        }
        var y = new MaxPool(geometry, kernel).Apply(x);
        return c.OutputCount < 2 ? [c.Like(y)] : [c.Like(y), Value.Of(Places(c, x, geometry, kernel))];
    }

    /// <summary>Where in the whole input each maximum lies, as a flat index.</summary>
    private static Tensor Places(NodeContext c, Tensor x, ConvGeometry geometry, Shape kernel)
    {
        int spatial = kernel.Rank;
        // Of each place of each window its flat index in the input, and which of them is the largest.
        var indices = c.Iota(x.ElementCount).Reshape(x.Shape);
        if (c.Flag("storage_order") && spatial == 2)
            indices = c.Iota(x.ElementCount).Reshape([x.Shape[0], x.Shape[1], x.Shape[3], x.Shape[2]]).Transpose(2, 3);
        var places = Windows(indices, geometry, kernel, 0);
        var shape = places.Shape.Slice(0, 2 + spatial).Concat([kernel.ElementCount]);
        var best = Windows(x, geometry, kernel, double.NegativeInfinity).Reshape(shape).ArgMax(2 + spatial, keepDims: true);
        return places.Reshape(shape).Gather(best, 2 + spatial).Squeeze(2 + spatial);
    }

    private static IReadOnlyList<Value> Unpool(NodeContext c)
    {
        var (x, places, kernel) = (c.Input(0), c.Input(1), Kernel(c));
        int spatial = kernel.Rank;
        long[] strides = WindowGeometry.Given(c, "strides", spatial);
        var (low, high) = WindowGeometry.Pads(c, spatial);
        var sizes = x.Shape.ToArray();
        for (int k = 0; k < spatial; k++)
            sizes[k + 2] = (sizes[k + 2] - 1) * strides[k] - low[k] - high[k] + kernel[k];
        Shape inner = sizes, outer = c.Integers(2) ?? sizes;
        var flat = Tensor.Zeros([inner.ElementCount], x.DType, c.Device).IndexCopy(places.Reshape([-1]), x.Reshape([-1]), 0).Reshape(inner);
        return [c.Like(flat.Pad(new long[x.Rank], Difference(outer, sizes).ToArray(), value: 0))];
    }
}
