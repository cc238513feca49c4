using CudaNet.Models.Systems;
using CudaNet.Nn.Preprocessing;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.1.4: fitted on the training set, applied to both.</summary>
internal sealed class MinMax() : CourseSystem("07.min-max", "Min–max normalisation", "Features are brought to the range [0, 1].")
{
    public override void Run(SystemContext context)
    {
        var x = Blob.Draw(context);
        context.Draw("min-max.png", Pictures.Scatter("Before (0) and after (1) min–max normalisation", "feature 1", "feature 2", Tensor.Concat(x, new MinMaxScaler().FitTransform(x)), Tensor.Concat(Tensor.Zeros([x.Shape[0]], DType.Int64), Tensor.Ones([x.Shape[0]], DType.Int64))));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = Tensor.Concat([Blob.Draw(context), Tensor.Full([400, 1], 7)], 1);
        var scaler = new MinMaxScaler();
        var y = scaler.FitTransform(x).Narrow(1, 0, 2);
        yield return Figure.AtMost("least of each feature minus 0", Differences.Largest(y.Min(0), 0, 0), 1e-6);
        yield return Figure.AtMost("greatest of each feature minus 1", Differences.Largest(y.Max(0), 1, 1), 1e-6);
        yield return Figure.Holds("a constant feature stays finite", double.IsFinite(scaler.Transform(x).Abs().Max().Item()));
        var other = Tensor.From(new[,] { { 1f, 2, 7 } });
        yield return Figure.AtMost("other data goes through the same map: distance of its inverse", Differences.Largest(scaler.InverseTransform(scaler.Transform(other)), 1, 2, 7), 1e-5);
    }
}
