using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch03_Multiplicative;

/// <summary>Section 3.1: a weighted sum whose weights are a softmax: attention as a soft switch.</summary>
internal sealed class SoftSelector() : CourseSystem("03.attention", "Attention module: a soft selector",
    "sᵢ = Σⱼ wⱼ xᵢⱼ with wⱼ = softmax(z)ⱼ: a controller weighs sub-networks.")
{
    public override void Run(SystemContext context)
    {
        var x = Tensor.From(new[,] { { 1.0, 2, 3 }, { 10, 20, 30 } });
        var plot = new CurvePlot("The wider the gap in z, the harder the choice", "gap between z₂ and the others", "weight of column 2");
        double[] gaps = [.. Enumerable.Range(0, 41).Select(k => k * 0.25)];
        plot.Add("w₂", gaps, [.. gaps.Select(gap => Tensor.From(0, gap, 0).Softmax().ToDoubles()[1])]);
        foreach (var gap in new[] { 0, 1, 3, 30.0 }) context.Out.WriteLine($"gap {gap,2}: s = {string.Join(", ", Select(Tensor.From(0, gap, 0), x).ToDoubles().Select(v => v.ToString("F4")))}");
        context.Draw("attention.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor z = random.Normal([6]).Realize(), x = random.Normal([4, 6]).Realize();
        yield return Figure.Equal("sum of the weights", z.Softmax().Sum().Item(), 1, 1e-6);
        var chosen = Select(Tensor.From(0f, 0, 30, 0, 0, 0), x);
        yield return Figure.AtMost("a gap of 30 in z selects a column: difference from it", Differences.Largest(chosen, x.Select(1, 2)), 1e-6);
        yield return Figure.AtMost("gradient of z and x minus differences", Differences.OfGradient(at => Select(at[0], at[1]), z, x), 1e-5);
    }

    private static Tensor Select(Tensor z, Tensor x) => (x * z.Softmax()).Sum(-1);
}
