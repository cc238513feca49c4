using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Ways of optimisers through Rosenbrock's valley.</summary>
internal static class Valleys
{
    public static FieldPlot Draw(string title, int steps, params ReadOnlySpan<(string Name, Func<Parameter[], ClosureOptimizer> Make)> racers)
    {
        var plot = Pictures.Field(title, new(-2, 2, -1, 3), (x, y) => Math.Log(0.05 + Math.Pow(1 - x, 2) + 100 * Math.Pow(y - x * x, 2)));
        foreach (var (name, make) in racers)
        {
            var w = new Parameter(Tensor.From(-1.2, 1), "w");
            var optimizer = make([w]);
            var path = new List<double[]> { w.Value.ToDoubles() };
            for (var k = 0; k < steps; k++)
            {
                optimizer.Step(() => Derivatives.Rosenbrock(w));
                path.Add(w.Value.ToDoubles());
            }
            plot.Add(new CurveSeries(name, [.. path.Select(p => p[0])], [.. path.Select(p => p[1])]));
        }
        return plot;
    }
}
