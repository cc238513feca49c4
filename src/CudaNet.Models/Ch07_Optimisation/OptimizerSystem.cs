using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>A rule that changes weights, held against known steps; it draws its way down a valley.</summary>
/// <param name="id">As of a system.</param>
/// <param name="title">As of a system.</param>
/// <param name="sentence">As of a system.</param>
/// <param name="rule">The rule for weights, with the settings of the known steps.</param>
/// <param name="golden">(w₁, w₂) after 1, 2 and 3 steps on f = ½(w₁² + 10·w₂²) from (1, 1), computed elsewhere.</param>
/// <param name="file">As of a system.</param>
internal abstract class OptimizerSystem(string id, string title, string sentence, Func<Parameter[], Optimizer> rule, double[] golden, [CallerFilePath] string file = "")
    : CourseSystem(id, title, sentence, file)
{
    public sealed override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var area = new PlotArea(-1.2, 1.2, -1.2, 1.2);
        var plot = Pictures.Field($"{Title}", area, (x, y) => Math.Log(0.02 + 0.5 * (x * x + 10 * y * y)));
        var path = Path(rule, Valley, 60);
        context.Draw($"{Id[3..]}.png", plot.Add(new CurveSeries("60 steps", [.. path.Select(w => w[0])], [.. path.Select(w => w[1])])));
    }

    public sealed override IEnumerable<Figure> Check(SystemContext context)
    {
        var path = Path(rule, Valley, 3);
        yield return Figure.AtMost("three steps in a valley: distance from the known ones", path.Skip(1).SelectMany(w => w).Zip(golden, (a, b) => Math.Abs(a - b)).Max(), 1e-7);
        foreach (var figure in Extra(context)) yield return figure;
    }

    /// <summary>What is particular to it.</summary>
    protected virtual IEnumerable<Figure> Extra(SystemContext context) => [];

    /// <summary>f = ½(w₁² + 10·w₂²).</summary>
    protected static Tensor Valley(Tensor w) => (w.Square() * Tensor.From(1.0, 10)).Sum() * 0.5;

    /// <summary>The weights before the first step and after each, from (1, 1).</summary>
    protected static double[][] Path(Func<Parameter[], Optimizer> rule, Func<Tensor, Tensor> loss, int steps, Action<Optimizer, int>? before = null)
    {
        var w = new Parameter(Tensor.From(1.0, 1), "w");
        var optimizer = rule([w]);
        var path = new List<double[]> { w.Value.ToDoubles() };
        for (var k = 0; k < steps; k++)
        {
            before?.Invoke(optimizer, k);
            if (optimizer is NesterovSgd ahead) ahead.Step(() => loss(w));
            else
            {
                optimizer.ZeroGrad();
                loss(w).Backward();
                optimizer.Step();
            }
            path.Add(w.Value.ToDoubles());
        }
        return [.. path];
    }

    /// <summary>The greatest difference of two ways.</summary>
    protected static double Apart(double[][] a, double[][] b) => a.SelectMany(w => w).Zip(b.SelectMany(w => w), (p, q) => Math.Abs(p - q)).Max();
}
