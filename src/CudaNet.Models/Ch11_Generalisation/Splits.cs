using CudaNet.Models.Systems;
using CudaNet.Nn.Data;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Sections 11 and 11.2.1: what is tested on is never trained on.</summary>
internal sealed class Splits() : CourseSystem("11.splits", "Training, validation and test samples",
    "The test set is never shown in training; a validation set tells when to stop.")
{
    public override void Run(SystemContext context)
    {
        var labels = Labels();
        var (rest, test) = DataSplit.Stratified(labels, 0.2, context.Seed);
        double[] classes = [0, 1, 2];
        double[] Shares(int[] part) => [.. classes.Select(c => part.Count(i => labels[i] == c) / (double)part.Length)];
        context.Draw("splits.png", new CurvePlot("Shares of the classes in both parts", "class", "share") { WholeX = true, YMin = 0 }
            .Add(new CurveSeries("training", classes, Shares(rest)) { PointsOnly = true }).Add(new CurveSeries("test", classes, Shares(test)) { PointsOnly = true }));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var labels = Labels();
        var (rest, test) = DataSplit.Stratified(labels, 0.2, context.Seed);
        var (inner, validation) = DataSplit.Stratified([.. rest.Select(i => labels[i])], 0.25, context.Seed);
        yield return Figure.Equal("samples in two of the three parts", inner.Length + validation.Length + test.Length - inner.Concat(validation).Select(i => rest[i]).Concat(test).Distinct().Count(), 0);
        yield return Figure.Equal("samples in all", inner.Length + validation.Length + test.Length, labels.Length);
        yield return Figure.AtMost("greatest change of a class's share", Enumerable.Range(0, 3).Max(c => Math.Abs(test.Count(i => labels[i] == c) / (double)test.Length - labels.Count(l => l == c) / (double)labels.Length)), 0.005);
        var folds = DataSplit.StratifiedFolds(labels, 5, context.Seed);
        yield return Figure.Equal("samples that five folds test once", folds.SelectMany(fold => fold.Test).GroupBy(i => i).Count(group => group.Count() == 1), labels.Length);
    }

    /// <summary>Three classes of unequal size.</summary>
    private static byte[] Labels() => [.. Enumerable.Range(0, 1000).Select(i => (byte)(i % 20 == 0 ? 2 : i % 3 == 0 ? 1 : 0))];
}
