using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>Checks, windows and samples that the pooling ops share.</summary>
internal static class Pooling
{
    private static readonly string[] AxisNames = ["length", "height, width", "depth, height, width"];

    /// <summary>The axes of an input, for messages.</summary>
    public static string Axes(int spatial) => $"[batch, channels, {AxisNames[spatial - 1]}]";

    /// <summary>Resolves sizes and padding; ceil mode becomes more padding behind.</summary>
    /// <returns>How the window moves, its size, and the padding behind that the caller asked for.</returns>
    public static (ConvGeometry Geometry, Shape Kernel, Shape High) Resolve(string name, Tensor x, Spatial kernel, Spatial? stride, Spatial? padding, Spatial? dilation, bool ceilMode, int spatial)
    {
        if (x.Rank != spatial + 2)
            throw new ShapeException($"{name}: x {x.Shape} is not {Axes(spatial)}.");
        var size = kernel.Expand(spatial, "kernel", name);
        var step = (stride ?? kernel).Expand(spatial, "stride", name);
        var distance = (dilation ?? 1).Expand(spatial, "dilation", name);
        var low = padding is { } given ? given.Expand(spatial, "padding", name, least: 0) : new Shape(new long[spatial]);
        var high = low.ToArray();
        for (var k = 0; k < spatial; k++)
        {
            var reach = distance[k] * (size[k] - 1) + 1;
            if (low[k] > reach / 2)
                throw new ShapeException($"{name}: padding {low} must be at most half of the window {size}, so that no window lies in the padding alone.");
            if (!ceilMode) continue;
            // One more window where something is left over, if it begins within the input or the padding before it.
            var room = x.Shape[k + 2] + 2 * low[k] - reach;
            if (room >= 0 && room % step[k] != 0 && (room / step[k] + 1) * step[k] < x.Shape[k + 2] + low[k]) high[k] += step[k] - room % step[k];
        }
        var geometry = new ConvGeometry(step, low, high, distance, 1);
        _ = geometry.Output(x.Shape.Slice(2, spatial), size, name);
        return (geometry, size, low);
    }

    /// <summary>Checks the input of an adaptive pooling and resolves its sizes. An empty axis has no <c>result</c>: no mean, no maximum.</summary>
    /// <returns>The sizes and, where they divide the input's, the windows side by side that they are the results of.</returns>
    public static (Shape Target, (ConvGeometry Geometry, Shape Kernel)? Windows) Adapt(string name, Tensor x, Spatial size, int spatial, string result)
    {
        if (x.Rank != spatial + 2) throw new ShapeException($"{name}: x {x.Shape} is not {Axes(spatial)}.");
        var target = size.Expand(spatial, "size", name);
        var (kernel, zeros, ones) = (new long[spatial], new long[spatial], new long[spatial]);
        Array.Fill(ones, 1);
        var divides = true;
        for (var k = 0; k < spatial; k++)
        {
            var n = x.Shape[k + 2];
            if (n == 0) throw new ShapeException($"{name}: x {x.Shape} has an empty spatial axis, which has no {result}.");
            divides &= n % target[k] == 0;
            kernel[k] = n / target[k];
        }
        return (target, divides ? (new(kernel, zeros, zeros, ones, 1), kernel) : null);
    }

    public static TensorType Infer(string name, ConvGeometry geometry, Shape kernel, TensorType x) =>
        new(x.Shape.Slice(0, 2).Concat(geometry.Output(x.Shape.Slice(2, geometry.Spatial), kernel, name).Span), x.DType);

    /// <summary>The view [batch, channels, places…, window…] of the padded input.</summary>
    public static Tensor Windows(Tensor x, ConvGeometry geometry, Shape kernel, Scalar border)
    {
        var axes = SpatialAxes(geometry.Spatial);
        var (low, high) = (new long[x.Rank], new long[x.Rank]);
        var padded = false;
        for (var k = 0; k < axes.Length; k++)
        {
            (low[k + 2], high[k + 2]) = (geometry.Low[k], geometry.High[k]);
            padded |= low[k + 2] + high[k + 2] > 0;
        }
        if (padded) x = x.Pad(low, high, value: border);
        return x.Windows(axes, kernel.ToArray(), geometry.Stride.ToArray(), geometry.Dilation.ToArray());
    }

    /// <summary>Axes 2, 3, …</summary>
    public static int[] SpatialAxes(int spatial) => [.. Enumerable.Range(2, spatial)];

    /// <summary>The last axes, negative.</summary>
    public static int[] WindowAxes(int spatial) => [.. Enumerable.Range(-spatial, spatial)];

    /// <summary>The gradient of a pooling's decomposition as an expression of its input and upstream gradient.</summary>
    public static Tensor Pullback(IComposite pooling, Tensor x, Tensor upstream)
    {
        var own = new Reshape(x.Shape).Apply(x);
        return Grad.Vjp(pooling.Decompose([own]), upstream, [own])[0];
    }

    public delegate Tensor Call(Tensor x, Spatial kernel, Spatial? stride, Spatial? padding, Spatial? dilation, bool ceilMode);

    public static IReadOnlyList<Sample> MakeSamples(Call apply, bool dilations)
    {
        Sample Of(string name, Shape shape, Spatial kernel, Spatial? stride = null, Spatial? padding = null, Spatial? dilation = null, bool ceilMode = false, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Different, view)], x => apply(x[0], kernel, stride, padding, dilation, ceilMode)) { SumLength = 25 };
        List<Sample> samples =
        [
            Of("2×2", [2, 3, 6, 8], 2), Of("2×2, odd size", [2, 3, 7, 5], 2), Of("3×3, overlapping", [2, 2, 7, 8], 3, 2), Of("3×3, stride 1, padding", [2, 2, 5, 6], 3, 1, 1),
            Of("unequal", [1, 2, 7, 9], [2, 3], [1, 2], [1, 0]), Of("gaps", [1, 2, 8, 9], 2, 3), Of("1×1", [2, 2, 3, 3], 1), Of("whole image", [2, 3, 4, 5], [4, 5]),
            Of("ceil mode", [2, 2, 7, 8], 3, 2, ceilMode: true), Of("ceil mode, padding", [2, 2, 8, 7], 3, 2, 1, ceilMode: true),
            Of("one element", [1, 1, 1, 1], 1), Of("no examples", [0, 2, 4, 4], 2), Of("wide", [1, 1, 3, 67], 2),
            Of("one axis", [2, 3, 9], 3, 2, 1), Of("three axes", [1, 2, 4, 5, 4], 2, 2),
            Of("transposed", [2, 2, 4, 6], 2, view: SampleView.Transposed), Of("strided", [2, 2, 4, 6], 2, view: SampleView.Strided), Of("flipped", [2, 2, 4, 6], 2, view: SampleView.Flipped),
        ];
        if (dilations) samples.Add(Of("dilation", [2, 2, 9, 8], 2, 1, null, 2));
        return samples;
    }

    public static IReadOnlyList<Refusal> MakeRefusals(Func<Tensor, Spatial, Spatial?, Spatial?, Tensor> apply) =>
    [
        new("a rank that does not fit", () => apply(Tensor.Zeros([3, 3]), 2, null, null), @"\[batch, channels"),
        new("a window larger than the image", () => apply(Tensor.Zeros([1, 1, 3, 3]), 4, null, null), "spans 4 elements, but the input has 3"),
        new("too much padding", () => apply(Tensor.Zeros([1, 1, 4, 4]), 2, null, 2), "at most half"),
        new("a stride of zero", () => apply(Tensor.Zeros([1, 1, 4, 4]), 2, 0, null), "stride.*at least 1"),
        new("sizes for other axes", () => apply(Tensor.Zeros([1, 1, 4, 4]), [2, 2, 2], null, null), "3 numbers for 2 spatial axes"),
    ];
}
