using CudaNet.Models.Systems;
using CudaNet.Nn.Data;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Section 11.3: weak models one after another, each on what the ones before got wrong (Freund, Schapire 1997).</summary>
internal sealed class Boosting() : CourseSystem("11.boosting", "Boosting: stumps on circles", "Models in sequence, which up-weight errors, lower the bias of weak models.")
{
    private const int Rounds = 150;

    private sealed record Stump(int Axis, double Cut, double Sign)
    {
        public double Of(double[] x, int i) => x[2 * i + Axis] > Cut ? Sign : -Sign;
    }

    public override void Run(SystemContext context)
    {
        var (points, classes, stumps, errors, _) = Train(context);
        context.Out.WriteLine($"training error of one stump {errors[0]:P1}, of {Rounds} {errors[^1]:P1}");
        context.Draw("boosting.png", Pictures.Boundary($"{Rounds} weighted stumps", t =>
        {
            var x = t.ToDoubles();
            return Tensor.From([.. Enumerable.Range(0, x.Length / 2).Select(i => (float)stumps.Sum(s => s.Alpha * s.Stump.Of(x, i)))]);
        }, points, classes));
        context.Draw("boosting-error.png", Pictures.Curves("Training error by the number of stumps", "share wrong", false, ("error", errors)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (_, _, _, errors, sums) = Train(context);
        yield return Figure.Equal("training error of the first stump", errors[0], 0.4, 0.1);
        yield return Figure.AtMost($"training error of {Rounds} stumps", errors[^1], 0.05);
        yield return Figure.AtMost("greatest distance of the sum of weights from 1", sums.Max(s => Math.Abs(s - 1)), 1e-9);
    }

    private static (Tensor Points, Tensor Classes, List<(double Alpha, Stump Stump)> Stumps, double[] Errors, double[] Sums) Train(SystemContext context)
    {
        var (points, classes) = Synthetic.Circles(200, 0.1, 0.5, context.Seed);
        double[] x = points.ToDoubles(), y = [.. classes.ToDoubles().Select(c => 2 * c - 1)];
        var n = y.Length;
        double[] w = [.. Enumerable.Repeat(1.0 / n, n)], score = new double[n], errors = new double[Rounds], sums = new double[Rounds];
        var stumps = new List<(double, Stump)>();
        for (var round = 0; round < Rounds; round++)
        {
            var candidates = Enumerable.Range(0, n).SelectMany(i => new[] { 0, 1 }.SelectMany(axis => new[] { 1.0, -1 }.Select(sign => new Stump(axis, x[2 * i + axis], sign))));
            double Error(Stump s) => Enumerable.Range(0, n).Sum(i => s.Of(x, i) == y[i] ? 0 : w[i]);
            var best = candidates.MinBy(Error)!;
            // α = ½ ln((1 − ε)/ε); w ← w·e^(−αyh), scaled to the sum 1.
            var e = Math.Clamp(Error(best), 1e-12, 1 - 1e-12);
            var alpha = 0.5 * Math.Log((1 - e) / e);
            stumps.Add((alpha, best));
            for (var i = 0; i < n; i++)
            {
                score[i] += alpha * best.Of(x, i);
                w[i] *= Math.Exp(-alpha * y[i] * best.Of(x, i));
            }
            var sum = w.Sum();
            w = Array.ConvertAll(w, v => v / sum);
            (errors[round], sums[round]) = (Enumerable.Range(0, n).Count(i => Math.Sign(score[i]) != y[i]) / (double)n, w.Sum());
        }
        return (points, classes, stumps, errors, sums);
    }
}
