using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch06_Losses;

/// <summary>Section 6.11; the notes give no formula.</summary>
internal sealed class HingeEmbeddingSystem() : LossSystem("06.hinge-embedding", "Hinge embedding: similar near, others beyond a margin", "Pulls similar pairs together and pushes dissimilar ones beyond a margin.", "distance")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves =>
        [("similar", x => Loss.HingeEmbedding(x.Abs(), x.OnesLike(), 1, LossReduction.None)), ("dissimilar", x => Loss.HingeEmbedding(x.Abs(), -x.OnesLike(), 1, LossReduction.None))];

    public override IEnumerable<Figure> Check(SystemContext context) =>
        Matches("of (0.3, 1.5, 0.2) with (1, −1, −1)", at => Loss.HingeEmbedding(at[0], Of(1, -1, -1).To(at[0].DType)), 0.3666667, Of(0.3, 1.5, 0.2));
}

/// <summary>Section 6.14. The notes hold it to be a softmax: it is the logistic loss.</summary>
internal sealed class SoftMarginSystem() : LossSystem("06.soft-margin", "Soft margin: the logistic loss", "Σ log(1 + e^{−yx}).", "y·x")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves =>
        [("soft margin", x => Loss.SoftMargin(x, x.OnesLike(), LossReduction.None)), ("hinge", x => Loss.Hinge(x, x.OnesLike(), LossReduction.None))];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor x = Of(0.5, -1.2, 2), y = Of(1, -1, -1);
        foreach (var figure in Matches("of (0.5, −1.2, 2) with (1, −1, −1), sum", at => Loss.SoftMargin(at[0], y.To(at[0].DType), LossReduction.Sum), 2.8642875, x)) yield return figure;
        foreach (var figure in Matches("the same, mean", at => Loss.SoftMargin(at[0], y.To(at[0].DType)), 0.9547625, x)) yield return figure;
        yield return Figure.Equal("at y·x = −1000", Loss.SoftMargin(Tensor.From(-1000f), Tensor.From(1f)).Item(), 1000);
    }
}

/// <summary>Sections 6.12 and 6.14, where it is referred to.</summary>
internal sealed class HingeSystem() : LossSystem("06.hinge", "Hinge: max(0, 1 − y·f)", "The hinge loss of support vector machines is referred to.", "y·f")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves =>
        [("hinge", x => Loss.Hinge(x, x.OnesLike(), LossReduction.None)), ("squared", x => Loss.Hinge(x, x.OnesLike(), LossReduction.None, squared: true))];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var figure in Matches("of (0.3, 1.5, 0.2) with (1, −1, −1)", at => Loss.Hinge(at[0], Of(1, -1, -1).To(at[0].DType)), (0.7 + 2.5 + 1.2) / 3, Of(0.3, 1.5, 0.2))) yield return figure;
        yield return Figure.Equal("beyond the margin", Loss.Hinge(Of(1.5, 3), Of(1, 1)).Item(), 0);
    }
}

/// <summary>Section 6.12.</summary>
internal sealed class MarginRankingSystem() : LossSystem("06.margin-ranking", "Margin ranking: an order from pairs", "max(−y(x₁ − x₂) + margin, 0): y says which should rank higher.", "x₁ − x₂")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves =>
        [("x₁ should be higher, margin 0", x => Loss.MarginRanking(x, x.ZerosLike(), x.OnesLike(), 0, LossReduction.None)), ("margin 1", x => Loss.MarginRanking(x, x.ZerosLike(), x.OnesLike(), 1, LossReduction.None))];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var figure in Matches("of (0.5, 1) and (1, 0.2), margin 0.1", at => Loss.MarginRanking(at[0], at[1], Of(1, 1).To(at[0].DType), 0.1), 0.3, Of(0.5, 1), Of(1, 0.2))) yield return figure;
        // Items have 5 attributes; their true order is by a hidden linear score, and only pairs are told.
        const int n = 60, pairs = 400;
        var random = context.Random();
        Tensor x = random.Normal([n, 5]).Realize(), score = x.MatMul(random.Normal([5, 1])).Flatten().Realize();
        Tensor first = random.Integers([pairs], 0, n).Realize(), second = random.Integers([pairs], 0, n).Realize();
        var y = (score.Take(first) - score.Take(second)).Sign().Realize();
        var model = new Linear(5, 1, random: context.Random(1));
        Learn.Steps(new Adam(model.Parameters(), 0.05), 600, () =>
        {
            var f = model.Forward(x).Flatten();
            return Loss.MarginRanking(f.Take(first), f.Take(second), y, 0.1);
        });
        yield return Figure.AtLeast("Kendall's τ of the learned and the true order", Kendall(model.Forward(x).ToDoubles(), score.ToDoubles()), 0.95);
    }

    /// <summary>τ = (pairs in the same order − pairs in the other) / all pairs.</summary>
    private static double Kendall(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
            for (var j = 0; j < i; j++) sum += Math.Sign(a[i] - a[j]) * Math.Sign(b[i] - b[j]);
        return sum / (a.Length * (a.Length - 1) / 2.0);
    }
}
