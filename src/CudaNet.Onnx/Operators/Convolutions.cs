using CudaNet.Ops;

namespace CudaNet.Onnx.Operators;

/// <summary>Convolutions and their transposes.</summary>
internal static class Convolutions
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["Conv"] = c => [c.Like(Convolve(c, c.Input(0), c.Input(1), c.Optional(2)))],
        ["ConvTranspose"] = Transpose,
    };

    public static Tensor Convolve(NodeContext c, Tensor x, Tensor weight, Tensor? bias)
    {
        if (weight.Rank < 3)
            throw c.Fail($"the weight {weight.Shape} has no spatial axis");
        var kernel = weight.Shape.Slice(2, weight.Rank - 2);
        if (c.Ints("kernel_shape") is { } named && !kernel.Span.SequenceEqual(named))
            throw c.Fail($"kernel_shape is [{string.Join(", ", named)}], the weight {weight.Shape}");
        var (geometry, _) = WindowGeometry.Of(c, x.Shape, kernel);
        if (geometry.Groups < 1 || x.Shape[1] != weight.Shape[1] * geometry.Groups || weight.Shape[0] % geometry.Groups != 0)
            throw c.Fail($"x {x.Shape} and weight {weight.Shape} do not fit with {geometry.Groups} groups");
        // Cutting off at a border is no padding of the op's.
        if (geometry.Low.Span.ContainsAnyInRange(long.MinValue, -1) || geometry.High.Span.ContainsAnyInRange(long.MinValue, -1))
            throw c.Fail($"the pads {geometry.Low}, {geometry.High} are negative");
        return WithBias(new Conv(geometry).Apply(x, weight), bias);
    }

    private static Tensor WithBias(Tensor y, Tensor? bias) => bias is null ? y
        : y + bias.Reshape(new Shape([bias.ElementCount, .. Enumerable.Repeat(1L, y.Rank - 2)]));

    private static IReadOnlyList<Value> Transpose(NodeContext c)
    {
        var (x, weight) = (c.Input(0), c.Input(1));
        int spatial = weight.Rank - 2;
        if (spatial < 1 || x.Rank != weight.Rank || x.Shape[1] != weight.Shape[0])
            throw c.Fail($"x {x.Shape} and weight {weight.Shape} do not fit");
        long[] strides = WindowGeometry.Given(c, "strides", spatial), dilations = WindowGeometry.Given(c, "dilations", spatial);
        long[] extra = c.Ints("output_padding") ?? new long[spatial];
        long[]? wanted = c.Ints("output_shape");
        var (low, high) = WindowGeometry.Pads(c, spatial);
        string auto = c.Text("auto_pad", "NOTSET");
        var sizes = new long[spatial];
        for (int k = 0; k < spatial; k++)
        {
            long full = (x.Shape[k + 2] - 1) * strides[k] + dilations[k] * (weight.Shape[k + 2] - 1) + 1;
            if (wanted is not null || auto is "SAME_UPPER" or "SAME_LOWER")
            {
                long size = wanted?[wanted.Length - spatial + k] ?? x.Shape[k + 2] * strides[k];
                long total = full + extra[k] - size;
                long half = total >> 1; // rounded down where the result must be enlarged, too
                (low[k], high[k]) = auto == "SAME_UPPER" ? (half, total - half) : (total - half, half);
            }
            sizes[k] = full + extra[k] - low[k] - high[k];
            // What is added behind is as if less had been cut off there.
            if (sizes[k] < 1)
                throw c.Fail($"pads leave nothing of spatial axis {k}");
        }
        // A padding that is negative enlarges the result by zeros, which the op does not know: it is made without and padded.
        var inner = new long[spatial];
        var (cutLow, cutHigh) = (new long[x.Rank], new long[x.Rank]);
        for (int k = 0; k < spatial; k++)
        {
            inner[k] = (x.Shape[k + 2] - 1) * strides[k] + dilations[k] * (weight.Shape[k + 2] - 1) + 1;
            (cutLow[k + 2], cutHigh[k + 2]) = (-low[k], sizes[k] + low[k] - inner[k]);
        }
        var geometry = new ConvGeometry(strides, new long[spatial], new long[spatial], dilations, checked((int)c.Int("group", 1)));
        bool plain = Array.TrueForAll(low, pad => pad >= 0) && Array.TrueForAll(high, pad => pad >= 0) && Array.TrueForAll(extra, pad => pad == 0);
        var y = plain
            ? new ConvInputGrad(geometry with { Low = low, High = high }, sizes).Apply(x, weight)
            : new ConvInputGrad(geometry, inner).Apply(x, weight).Pad(cutLow, cutHigh, value: 0);
        return [c.Like(WithBias(y, c.Optional(2)))];
    }
}
