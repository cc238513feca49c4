using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch06_Losses;

/// <summary>Section 6.13.</summary>
internal sealed class TripletSystem() : LossSystem("06.triplet", "Triplet margin: anchor, positive, negative", "max(0, d(a, p) − d(a, n) + margin).", "d(a, p) − d(a, n)")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves => [("margin 1", x => (x + 1).Relu()), ("margin 0", x => x.Relu())];

    public override void Run(SystemContext context)
    {
        base.Run(context);
        var (net, x, classes) = Train(context);
        context.Draw("triplet-clusters.png", Pictures.Scatter("Three arms of a spiral, pulled apart by triplets", "coordinate 1", "coordinate 2", net.Forward(x), classes));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor a = Tensor.From([0.0, 0], [1, 2]), p = Tensor.From([3.0, 4], [1, 2]), n = Tensor.From([6.0, 8], [1, 2]);
        yield return Figure.Equal("a = 0, p = (3, 4), n = (6, 8), margin 1", Loss.TripletMargin(a, p, n, 1).Item(), 0);
        foreach (var figure in Matches("the same, margin 6", at => Loss.TripletMargin(at[0], at[1], at[2], 6), 1, a, p, n)) yield return figure;
        var (net, x, classes) = Train(context);
        yield return Figure.AtLeast("mean distance between classes / within a class", Separation(net.Forward(x), classes), 3);
        yield return Figure.AtMost("the same before", Separation(x, classes), 3);
    }

    private static double Separation(Tensor y, Tensor classes)
    {
        var d = (y.Unsqueeze(1) - y.Unsqueeze(0)).Square().Sum(-1).Sqrt();
        var same = classes.Unsqueeze(1).Eq(classes.Unsqueeze(0)).To(DType.Float32);
        return ((d * (1 - same)).Sum() / (1 - same).Sum() / ((d * same).Sum() / same.Sum())).Item();
    }

    private static (Module Net, Tensor X, Tensor Classes) Train(SystemContext context)
    {
        const int n = 150;
        var (x, classes) = Synthetic.Spirals(n, 3, 0.5, 0.02, context.Seed);
        var net = Learn.Mlp(context.Random(), () => new Tanh(), 2, 32, 32, 2);
        var random = new Random((int)context.Seed);
        Learn.Steps(new Adam(net.Parameters(), 5e-3), context.Pick(1500, 1000), _ =>
        {
            // Sample i is of class i % 3.
            long[] anchor = [.. Enumerable.Range(0, 256).Select(_ => (long)random.Next(n))];
            long[] positive = [.. anchor.Select(i => i % 3 + 3L * random.Next(n / 3))], negative = [.. anchor.Select(i => (i + 1 + random.Next(2)) % 3 + 3L * random.Next(n / 3))];
            return [Tensor.From(anchor), Tensor.From(positive), Tensor.From(negative)];
        }, data =>
        {
            var y = net.Forward(x);
            return Loss.TripletMargin(y.Take(data[0]), y.Take(data[1]), y.Take(data[2]));
        });
        return (net, x, classes);
    }
}

/// <summary>Section 6.15. The notes call it a cost: it is a score.</summary>
internal sealed class CosineSimilaritySystem() : LossSystem("06.cosine-similarity", "Cosine similarity: a score of direction", "x₁·x₂/(‖x₁‖‖x₂‖): 1 aligned, 0 orthogonal, −1 opposite.", "angle in radians")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves =>
        [("cosine of (1, 0) and a turned vector", x => Loss.CosineSimilarity(Tensor.Stack([x.OnesLike(), x.ZerosLike()], 1), Tensor.Stack([x.Cos(), x.Sin()], 1)))];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor a = Tensor.From(new[,] { { 1.0, 0 }, { 1, 0 }, { 1, 0 } }), b = Tensor.From(new[,] { { 2.0, 0 }, { 0, 3 }, { -1, 0 } });
        yield return Figure.AtMost("aligned, orthogonal, opposite: distance from 1, 0, −1", Differences.Largest(Loss.CosineSimilarity(a, b), 1, 0, -1), 1e-12);
        foreach (var figure in Matches("of (1, 0) and (1, 1)", at => Loss.CosineSimilarity(at[0], at[1]).Sum(), 0.7071068, Tensor.From([1.0, 0], [1, 2]), Tensor.From([1.0, 1], [1, 2]))) yield return figure;
        var random = context.Random();
        Tensor x = random.Normal([20, 6]).Realize(), y = random.Normal([20, 6]).Realize();
        yield return Figure.AtMost("change by scaling with 7 and 0.01", Differences.Largest(Loss.CosineSimilarity(x * 7, y * 0.01), Loss.CosineSimilarity(x, y)), 1e-6);
        yield return Figure.Equal("of a zero vector", Loss.CosineSimilarity(Tensor.Zeros([1, 3]), Tensor.Ones([1, 3])).Item(), 0);
    }
}

/// <summary>Section 6.15.</summary>
internal sealed class CosineEmbeddingSystem() : LossSystem("06.cosine-embedding", "Cosine embedding: paraphrases side by side", "1 − cos for similar pairs, max(0, cos − margin) for others.", "cosine")
{
    protected override IEnumerable<(string Name, Func<Tensor, Tensor> Loss)> Curves => [("similar", x => 1 - x.Clamp(-1, 1)), ("dissimilar, margin 0", x => x.Clamp(-1, 1).Relu())];

    private static readonly string[][] Meanings =
    [
        ["the film was great", "what a wonderful movie", "i loved this picture"], ["the weather is cold", "it is freezing today", "what a chilly day"],
        ["where is the station", "how do i get to the train", "which way to the railway"], ["my code does not compile", "the build fails", "there is an error in the program"],
    ];

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor a = Tensor.From(new[,] { { 1.0, 0 }, { 1, 1 } }), b = Tensor.From(new[,] { { 1.0, 1 }, { 1, 0 } });
        foreach (var figure in Matches("one similar and one dissimilar pair at 45°", at => Loss.CosineEmbedding(at[0], at[1], Of(1, -1).To(at[0].DType)), 0.5, a, b)) yield return figure;
        var (similar, dissimilar) = Learned(context);
        yield return Figure.AtLeast("least cosine of two paraphrases", similar, 0.9);
        yield return Figure.AtMost("greatest cosine of sentences of different meaning", dissimilar, 0.2);
    }

    /// <summary>Sentences as means of word vectors; the words are learned from which sentences mean the same.</summary>
    private static (double Similar, double Dissimilar) Learned(SystemContext context)
    {
        var sentences = Meanings.SelectMany(m => m).Select(s => s.Split(' ')).ToArray();
        var words = sentences.SelectMany(s => s).Distinct().ToArray();
        var counts = Tensor.From([.. sentences.SelectMany(s => words.Select(w => s.Count(v => v == w) / (float)s.Length))], [sentences.Length, words.Length]);
        var embedding = new Linear(words.Length, 8, bias: false, random: context.Random());
        var n = sentences.Length;
        long[] first = [.. Enumerable.Range(0, n * n).Where(k => k / n < k % n).Select(k => (long)(k / n))], second = [.. Enumerable.Range(0, n * n).Where(k => k / n < k % n).Select(k => (long)(k % n))];
        var y = Tensor.From([.. first.Zip(second, (i, j) => i / 3 == j / 3 ? 1f : -1f)]);
        Tensor i = Tensor.From(first), j = Tensor.From(second);
        Learn.Steps(new Adam(embedding.Parameters(), 0.02), 500, () =>
        {
            var v = embedding.Forward(counts);
            return Loss.CosineEmbedding(v.Take(i), v.Take(j), y);
        });
        var vectors = embedding.Forward(counts);
        var cosines = Loss.CosineSimilarity(vectors.Take(i), vectors.Take(j)).ToDoubles();
        var same = y.ToDoubles();
        return (cosines.Where((_, k) => same[k] > 0).Min(), cosines.Where((_, k) => same[k] < 0).Max());
    }
}
