using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.3 and table 1: the hyperplane with the widest margin, in its primal and its dual form.</summary>
internal sealed class Svm() : CourseSystem("04.svm", "Support vector machine: hinge loss, and SMO for the dual",
    "Support vector machines with kernels are named.")
{
    public override void Run(SystemContext context)
    {
        var (points, classes) = Synthetic.Moons(120, 0.15, context.Seed);
        double[] y = Signs(classes);
        var kernel = Gram(points, 1);
        var (a, b) = Smo(kernel, y, 10);
        context.Out.WriteLine($"{a.Count(v => v > 1e-6)} of {a.Length} points support the boundary");
        var weights = Tensor.From([.. a.Zip(y, (p, q) => (float)(p * q))], [a.Length, 1]);
        context.Draw("svm.png", Pictures.Boundary("Support vector machine with a Gaussian kernel", x => ((x.Unsqueeze(1) - points.Unsqueeze(0)).Square().Sum(-1) * -1).Exp().MatMul(weights) + b, points, classes));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // Two points at distance 2 along x, so the margin is 1 on each side: w = (1, 0), b = 0, a = (½, ½).
        double[] x = [1, 0, -1, 0, 2, 1, -2, -1], y = [1, -1, 1, -1];
        var points = Tensor.From(x, [4, 2]);
        var (a, b) = Smo(points.MatMul(points.T).ToDoubles(), y, 1000);
        double w1 = Enumerable.Range(0, 4).Sum(i => a[i] * y[i] * x[2 * i]), w2 = Enumerable.Range(0, 4).Sum(i => a[i] * y[i] * x[2 * i + 1]);
        yield return Figure.Equal("margin 1/‖w‖ of the toy set, by SMO", 1 / Math.Sqrt(w1 * w1 + w2 * w2), 1, 1e-3);
        yield return Figure.Equal("offset b", b, 0, 1e-3);
        // ½‖w‖² + C Σ max(0, 1 − y·f): the same by gradient descent.
        var line = new Linear(2, 1, random: context.Random());
        Tensor px = points.To(DType.Float32), py = Tensor.From([.. y.Select(v => (float)v)]);
        Learn.Steps(new Adam(line.Parameters(), 0.02), 1500, () => line.Weight.Value.Square().Sum() * 0.5 + Loss.Hinge(line.Forward(px).Flatten(), py, LossReduction.Sum) * 10,
            new Nn.Schedules.CosineSchedule(1500));
        yield return Figure.Equal("margin by hinge loss and gradient descent", 1 / line.Weight.Value.Norm().Item(), 1, 0.01);
        var (moons, classes) = Synthetic.Moons(150, 0.2, context.Seed);
        yield return Figure.AtMost("KKT residual on two moons, Gaussian kernel", Residual(Gram(moons, 1), Signs(classes), 10), 1e-3);
    }

    private static double[] Signs(Tensor classes) => [.. classes.ToDoubles().Select(c => 2 * c - 1)];

    private static double[] Gram(Tensor x, double gamma) => ((x.Unsqueeze(1) - x.Unsqueeze(0)).Square().Sum(-1) * -gamma).Exp().ToDoubles();

    /// <summary>Maximises Σ aᵢ − ½ Σ aᵢaⱼyᵢyⱼKᵢⱼ with 0 ≤ aᵢ ≤ C, Σ aᵢyᵢ = 0: two variables at a time, the pair that violates
    /// the conditions most (Platt 1998; the choice of Keerthi and others 2001).</summary>
    private static (double[] A, double B) Smo(double[] k, double[] y, double c)
    {
        var n = y.Length;
        var a = new double[n];
        var f = Array.ConvertAll(y, v => -v);                       // fᵢ = Σⱼ aⱼyⱼKᵢⱼ − yᵢ
        for (var round = 0; round < 200_000; round++)
        {
            var (i, j) = Worst(a, f, y, c);
            if (f[j] - f[i] < 1e-4) break;
            double eta = Math.Max(k[i * n + i] + k[j * n + j] - 2 * k[i * n + j], 1e-12), s = y[i] * y[j];
            double low = s < 0 ? Math.Max(0, a[j] - a[i]) : Math.Max(0, a[i] + a[j] - c), high = s < 0 ? Math.Min(c, c + a[j] - a[i]) : Math.Min(c, a[i] + a[j]);
            var change = Math.Clamp(a[j] + y[j] * (f[i] - f[j]) / eta, low, high) - a[j];
            (a[i], a[j]) = (Snapped(a[i] - s * change, c), Snapped(a[j] + change, c));
            for (var m = 0; m < n; m++) f[m] += change * (y[j] * k[j * n + m] - s * y[i] * k[i * n + m]);
        }
        var (p, q) = Worst(a, f, y, c);
        return (a, -(f[p] + f[q]) / 2);
    }

    /// <summary>What rounding left beside a bound is on it; else the same pair would be chosen for ever.</summary>
    private static double Snapped(double a, double c) => a < 1e-12 * c ? 0 : a > c - 1e-12 * c ? c : a;

    /// <summary>i with the least f that may grow in the direction of y, j with the greatest that may shrink.</summary>
    private static (int I, int J) Worst(double[] a, double[] f, double[] y, double c)
    {
        var all = Enumerable.Range(0, y.Length).ToArray();
        return (all.Where(m => y[m] > 0 ? a[m] < c : a[m] > 0).MinBy(m => f[m]), all.Where(m => y[m] > 0 ? a[m] > 0 : a[m] < c).MaxBy(m => f[m]));
    }

    /// <summary>The greatest violation of: y·f ≥ 1 where a = 0, = 1 between, ≤ 1 where a = C.</summary>
    private static double Residual(double[] k, double[] y, double c)
    {
        var (a, b) = Smo(k, y, c);
        var n = y.Length;
        return Enumerable.Range(0, n).Max(i =>
        {
            var m = y[i] * (Enumerable.Range(0, n).Sum(j => a[j] * y[j] * k[i * n + j]) + b) - 1;
            return a[i] < 1e-9 ? Math.Max(0, -m) : a[i] > c - 1e-9 ? Math.Max(0, m) : Math.Abs(m);
        });
    }
}
