using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9.1. The notes say that one filter leaves the depth as it was: it gives depth 1.</summary>
internal sealed class SingleFilter() : CourseSystem("09.convolution", "Convolution with one filter",
    "A filter slides over height and width, spans the full depth, and gives an activation map.")
{
    public override void Run(SystemContext context)
    {
        var digit = Digits.Load(context, 1, 1).TrainX;
        (string Name, float[] W)[] filters = [("horizontal edges", [-1, -2, -1, 0, 0, 0, 1, 2, 1]), ("vertical edges", [-1, 0, 1, -2, 0, 2, -1, 0, 1]), ("blur", [1, 2, 1, 2, 4, 2, 1, 2, 1])];
        context.Draw("convolution.png", new ImageSheet("A digit and its activation maps", [Pictures.Grey(digit.Reshape(28, 28), "input"), .. filters.Select(f => Pictures.Grey(digit.Conv2d(Tensor.From(f.W, [1, 1, 3, 3])).Reshape(26, 26), f.Name))], 4));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor x = random.Normal([2, 3, 7, 6], type: DType.Float64).Realize(), w = random.Normal([1, 3, 3, 2], type: DType.Float64).Realize(), b = random.Normal([1], type: DType.Float64).Realize();
        foreach (var (stride, padding) in new[] { (1, 0), (2, 1) })
        {
            var y = x.Conv2d(w, b, stride, padding);
            yield return Figure.AtMost($"stride {stride}, padding {padding}: minus plain loops", Differences.Largest(y, Loops(x, w, b.Item(), stride, padding)), 1e-12);
            yield return Figure.AtMost($"stride {stride}, padding {padding}: single precision minus plain loops", Differences.Largest(x.To(DType.Float32).Conv2d(w.To(DType.Float32), b.To(DType.Float32), stride, padding), Loops(x, w, b.Item(), stride, padding)), 1e-4);
            yield return Figure.AtMost($"stride {stride}, padding {padding}: gradient of x, w and b minus differences", Differences.OfGradient(at => at[0].Conv2d(at[1], at[2], stride, padding), x, w, b), 1e-5);
            yield return Figure.AtMost($"stride {stride}, padding {padding}: minus a matrix product over patches", Differences.Largest(Patches(x, w, stride, padding) + b, y), 1e-12);
        }
        yield return Figure.Equal("depth of one filter's result", x.Conv2d(w).Shape[1], 1);
    }

    /// <summary>y[i, j] = Σ over channels, rows, columns of x[c, i·s + p − P, j·s + q − P]·w[c, p, q] + b.</summary>
    private static double[] Loops(Tensor x, Tensor w, double b, int s, int pad)
    {
        int n = (int)x.Shape[0], c = (int)x.Shape[1], h = (int)x.Shape[2], v = (int)x.Shape[3], kh = (int)w.Shape[2], kw = (int)w.Shape[3];
        int oh = (h + 2 * pad - kh) / s + 1, ow = (v + 2 * pad - kw) / s + 1;
        double[] xs = x.ToDoubles(), ws = w.ToDoubles(), y = new double[n * oh * ow];
        for (var k = 0; k < y.Length; k++)
        {
            int image = k / (oh * ow), i = k / ow % oh, j = k % ow;
            y[k] = b;
            for (var m = 0; m < c * kh * kw; m++)
            {
                int channel = m / (kh * kw), row = i * s + m / kw % kh - pad, column = j * s + m % kw - pad;
                if (row >= 0 && row < h && column >= 0 && column < v) y[k] += xs[((image * c + channel) * h + row) * v + column] * ws[m];
            }
        }
        return y;
    }

    /// <summary>The same as one matrix product: each patch of the padded image is a row.</summary>
    private static Tensor Patches(Tensor x, Tensor w, int s, int pad)
    {
        var windows = x.Pad([0, 0, pad, pad], [0, 0, pad, pad]).Windows((int[])[2, 3], [w.Shape[2], w.Shape[3]], [s, s]); // [n, c, oh, ow, kh, kw]
        return Tensor.Einsum("ncijpq,ocpq->noij", windows, w);
    }
}
