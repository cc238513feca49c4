using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn.Initializers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>An initialiser, by the variance of a million draws and by what it does to the values of a deep net.</summary>
internal abstract class InitSystem(string id, string title, string sentence, Func<Shape, RandomStream, Tensor> init, double variance, [CallerFilePath] string file = "") : CourseSystem(id, title, sentence, file)
{
    public override void Run(SystemContext context)
    {
        var values = init([512, 256], context.Random()).ToDoubles();
        context.Out.WriteLine($"layer 256 → 512: variance {values.Average(v => v * v):F7}, greatest {values.Max(Math.Abs):F5}");
        const int bins = 60;
        double edge = 4 * Math.Sqrt(variance);
        var counts = new double[bins];
        foreach (var v in values)
            if (Math.Abs(v) < edge) counts[(int)((v / edge + 1) / 2 * bins)]++;
        context.Draw($"{Id[3..]}.png", new CurvePlot(Title, "weight", "share of draws").Add("draws", [.. Enumerable.Range(0, bins).Select(b => ((b + 0.5) / bins * 2 - 1) * edge)], [.. counts.Select(c => c / values.Length)]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // 512 × 256 eight times: a million draws.
        var random = context.Random();
        var all = Enumerable.Range(0, 8).Select(_ => init([512, 256], random)).ToArray();
        yield return Figure.Equal("variance of a million draws / the formula", all.Average(w => w.Square().Mean().Item()) / variance, 1, 0.02);
        foreach (var figure in Extra(context, all)) yield return figure;
    }

    protected virtual IEnumerable<Figure> Extra(SystemContext context, Tensor[] draws) => [];
}
