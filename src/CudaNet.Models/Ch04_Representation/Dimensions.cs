using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.1: in many dimensions all points are about equally far away.</summary>
internal sealed class Dimensions() : CourseSystem("04.dimensions", "The curse of dimensionality: distances concentrate",
    "The curse of dimensionality is named.")
{
    private static readonly int[] Ns = [2, 4, 8, 16, 32, 64, 128, 256, 512];

    public override void Run(SystemContext context)
    {
        var contrast = Contrasts(context);
        for (var i = 0; i < Ns.Length; i++) context.Out.WriteLine($"{Ns[i],3} dimensions: the farthest of 1,000 points is {1 + contrast[i]:F2} times as far as the nearest");
        context.Draw("dimensions.png", new CurvePlot("Contrast of distances to 1,000 random points", "dimensions", "(max − min)/min") { LogX = true, LogY = true }
            .Add("contrast", [.. Ns.Select(n => (double)n)], contrast));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var contrast = Contrasts(context);
        yield return Figure.Equal("steps of N = 2 … 512 at which (max − min)/min falls", contrast.Zip(contrast.Skip(1), (a, b) => b < a ? 1 : 0).Sum(), Ns.Length - 1);
        yield return Figure.AtMost("(max − min)/min in 512 dimensions", contrast[^1], 0.5);
    }

    /// <summary>Mean over 20 places of (max − min)/min of the distances to 1,000 points, all uniform in the cube.</summary>
    private static double[] Contrasts(SystemContext context)
    {
        var random = context.Random();
        return [.. Ns.Select(n =>
        {
            Tensor x = random.Uniform([1, 1000, n]), q = random.Uniform([20, 1, n]);
            var distance = (x - q).Square().Sum(-1).Sqrt();
            return ((distance.Max(1) - distance.Min(1)) / distance.Min(1)).Mean().Item();
        })];
    }
}
