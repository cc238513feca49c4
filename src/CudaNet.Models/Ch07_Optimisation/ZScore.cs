using CudaNet.Models.Systems;
using CudaNet.Nn.Preprocessing;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.1.4. It takes features to be uncorrelated, which they rarely are.</summary>
internal sealed class ZScore() : CourseSystem("07.z-score", "Z-score normalisation", "Features are brought to mean 0 and deviation 1, as if they were uncorrelated.")
{
    public override void Run(SystemContext context)
    {
        var y = new StandardScaler().FitTransform(Blob.Draw(context));
        context.Draw("z-score.png", Pictures.Scatter("Mean 0, deviation 1, and still correlated", "feature 1", "feature 2", y, Tensor.Zeros([y.Shape[0]], DType.Int64)));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var y = new StandardScaler().FitTransform(Blob.Draw(context).To(DType.Float64));
        yield return Figure.AtMost("distance of the means from 0", Differences.Largest(y.Mean(0), 0, 0), 1e-6);
        yield return Figure.AtMost("distance of the deviations from 1", Differences.Largest(y.Var(0, 0).Sqrt(), 1, 1), 1e-6);
        yield return Figure.AtLeast("correlation that is left", Math.Abs((y.Select(1, 0) * y.Select(1, 1)).Mean().Item()), 0.5);
    }
}
