using CudaNet.Models.Systems;
using CudaNet.Nn.Preprocessing;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.1.4 and table 1.</summary>
internal sealed class WhiteningSystem() : CourseSystem("07.whitening", "Whitening, by PCA and by ZCA", "Features become uncorrelated and of variance 1.")
{
    public override void Run(SystemContext context)
    {
        var x = Blob.Draw(context);
        foreach (var zca in new[] { false, true })
            context.Draw($"whitening-{(zca ? "zca" : "pca")}.png", Pictures.Scatter($"Whitened by {(zca ? "ZCA: axes stay" : "PCA: axes are components")}", "feature 1", "feature 2",
                new Whitening(zca).FitTransform(x), (x.Select(1, 0) > x.Select(1, 0).Mean()).To(DType.Int64)));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var x = random.Normal([500, 5], type: DType.Float64).MatMul(random.Normal([5, 5], type: DType.Float64)).Realize();
        foreach (var zca in new[] { false, true })
        {
            var y = new Whitening(zca).FitTransform(x).To(DType.Float64);
            yield return Figure.AtMost($"covariance minus I, {(zca ? "ZCA" : "PCA")}", Differences.Largest(y.T.MatMul(y) / 499, Tensor.Eye(5, DType.Float64)), 1e-4);
        }
    }
}
