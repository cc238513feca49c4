using CudaNet.Models.Systems;
using CudaNet.Nn.Preprocessing;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.1.4 and table 1.</summary>
internal sealed class PcaSystem() : CourseSystem("07.pca", "Principal components", "New variables are uncorrelated, of unequal variance, and fewer if one likes.")
{
    public override void Run(SystemContext context)
    {
        var digits = Digits.Load(context, 1000, 1).Flat().TrainX;
        var pca = new Pca(20).Fit(digits);
        context.Out.WriteLine($"20 components of 784 hold {pca.ExplainedVarianceRatio.Sum().Item():P1} of the variance of digits");
        context.Draw("pca.png", new ImageSheet("The first ten principal components of digits", [.. Enumerable.Range(0, 10).Select(i => Pictures.Grey(pca.Components.Select(0, i).Reshape(28, 28), $"{pca.ExplainedVarianceRatio.Select(0, i).Item():P1}"))]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var x = random.Normal([300, 6], type: DType.Float64).MatMul(random.Normal([6, 6], type: DType.Float64)).Realize();
        var pca = new Pca().Fit(x);
        var y = pca.Transform(x);
        var covariance = y.T.MatMul(y) / 299;
        yield return Figure.AtMost("greatest covariance of two components", (covariance - covariance.Diagonal().DiagonalMatrix()).Abs().Max().Item(), 1e-6);
        yield return Figure.AtMost("reconstruction from all components minus the samples", Differences.Largest(pca.InverseTransform(y), x), 1e-9);
        var variance = pca.ExplainedVariance.ToDoubles();
        yield return Figure.Equal("components of less variance before ones of more", variance.Skip(1).Zip(variance, (a, b) => a > b ? 1 : 0).Sum(), 0);
        yield return Figure.AtMost("variances minus the covariance's diagonal", Differences.Largest(covariance.Diagonal(), variance), 1e-9);
    }
}
