using CudaNet.Ops;

namespace CudaNet.Onnx.Operators;

/// <summary>How the attributes of convolutions and pools say where windows lie.</summary>
internal static class WindowGeometry
{
    /// <summary>Strides, padding and distances for windows over the spatial axes.</summary>
    /// <param name="c">The node with attributes strides, pads, dilations, auto_pad and ceil_mode.</param>
    /// <param name="input">The input's shape, [batch, channels, spatial…].</param>
    /// <param name="kernel">Sizes of the window.</param>
    /// <returns>The geometry, and the padding behind that does not come from ceil_mode.</returns>
    public static (ConvGeometry Geometry, long[] High) Of(NodeContext c, Shape input, Shape kernel)
    {
        int spatial = kernel.Rank;
        if (input.Rank != spatial + 2)
            throw c.Fail($"a window {kernel} needs an input [batch, channels, {spatial} spatial axes], not {input}");
        long[] strides = Given(c, "strides", spatial), dilations = Given(c, "dilations", spatial);
        var (low, high) = Pads(c, spatial);
        string auto = c.Text("auto_pad", "NOTSET");
        for (int k = 0; auto is "SAME_UPPER" or "SAME_LOWER" && k < spatial; k++)
        {
            long size = input[k + 2], reach = dilations[k] * (kernel[k] - 1) + 1;
            long total = Math.Max(0, ((size + strides[k] - 1) / strides[k] - 1) * strides[k] + reach - size);
            (low[k], high[k]) = auto == "SAME_UPPER" ? (total / 2, total - total / 2) : (total - total / 2, total / 2);
        }
        long[] asked = [.. high];
        if (c.Flag("ceil_mode"))
            for (int k = 0; k < spatial; k++)
            {
                long room = input[k + 2] + low[k] + high[k] - (dilations[k] * (kernel[k] - 1) + 1);
                // One more window where something is left over, if it begins within the input or the padding before it.
                if (room >= 0 && room % strides[k] != 0 && (room / strides[k] + 1) * strides[k] < input[k + 2] + low[k])
                    high[k] += strides[k] - room % strides[k];
            }
        return (new ConvGeometry(strides, low, high, dilations, checked((int)c.Int("group", 1))), asked);
    }

    public static long[] Given(NodeContext c, string name, int count)
    {
        long[] numbers = c.Ints(name) ?? [.. Enumerable.Repeat(1L, count)];
        if (numbers.Length != count || numbers.Any(number => number < 1))
            throw c.Fail($"{name} is [{string.Join(", ", numbers)}]; there must be {count} positive numbers");
        return numbers;
    }

    /// <summary>Padding before and behind, as the attribute has it.</summary>
    public static (long[] Low, long[] High) Pads(NodeContext c, int count)
    {
        long[] pads = c.Ints("pads") ?? new long[2 * count];
        if (pads.Length != 2 * count)
            throw c.Fail($"pads is [{string.Join(", ", pads)}]; there must be {2 * count} numbers");
        return (pads[..count], pads[count..]);
    }
}
