using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.2.1: a word as a unit vector.</summary>
internal sealed class OneHotEncoding() : CourseSystem("10.one-hot", "One-hot encoding", "A sparse vector as long as the vocabulary, without semantics.")
{
    public override void Run(SystemContext context)
    {
        string[] words = ["cat", "dog", "car", "tree"];
        context.Draw("one-hot.png", new Plotting.ImageSheet("Four words: all at the same distance", [.. words.Select((w, k) => Pictures.Grey(Tensor.From([(long)k], [1]).OneHot(4, DType.Float32), w, 0, 1))], 2, 40));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var numbers = context.Random().Integers([5, 7], 0, 11).Realize();
        var w = context.Random(1).Normal([11, 4]).Realize();
        var onehot = numbers.OneHot(11, DType.Float32);
        yield return Figure.AtMost("one-hot · W minus the embedding's rows", Differences.Largest(onehot.MatMul(w), w.Take(numbers, 0)), 0);
        yield return Figure.AtMost("sum of each vector minus 1", Differences.Largest(onehot.Sum(2), Tensor.Ones([5, 7])), 0);
        yield return Figure.AtMost("greatest value of each minus 1", Differences.Largest(onehot.Max(2), Tensor.Ones([5, 7])), 0);
        // Any two different words: √2 apart, cosine 0.
        var all = Tensor.Eye(11);
        yield return Figure.AtMost("cosine of different words", (all.MatMul(all.T) - all).Abs().Max().Item(), 0);
    }
}

/// <summary>Section 10.2.1: a word as a dense vector, learned or loaded.</summary>
internal sealed class WordEmbeddings() : CourseSystem("10.embedding", "Word embeddings", "Dense vectors, pre-trained or learned, in which cat is near dog.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var embedding = new Embedding(12, 6, context.Random());
        context.Draw("embedding.png", new Plotting.ImageSheet("A table of 12 words in 6 dimensions", [Pictures.Grey(embedding.Weight, "rows are words")], 1, 30));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var table = random.Normal([6, 3], type: DType.Float64).Realize();
        var numbers = Tensor.From([2L, 5, 2, 0, 2, 5], [2, 3]);
        yield return Figure.AtMost("gradient with repeated numbers minus differences", Differences.OfGradient(at => at[0].Take(numbers, 0), table), 1e-5);
        var gradient = Grad.Of(table.Take(numbers, 0).Sum(), table);
        yield return Figure.AtMost("gradient of a sum minus how often each word occurs", Differences.Largest(gradient.Select(1, 0), 1, 0, 3, 0, 0, 2), 0);

        var embedding = new Embedding(6, 3, random, paddingIndex: 2);
        var others = embedding.Weight.Value.Realize();
        Learn.Steps(new Adam(embedding.Parameters(), 0.1), 20, () => (embedding.Forward(numbers) - 1).Square().Mean());
        yield return Figure.AtMost("row of the padding after 20 steps", embedding.Weight.Value.Select(0, 2).Abs().Max().Item(), 0);
        yield return Figure.AtLeast("another row's change", Differences.Largest(embedding.Weight.Value.Select(0, 5), others.Select(0, 5)), 0.1);

        var pretrained = Embedding.FromPretrained(others);
        var head = new Linear(3, 1, random: random);
        var model = new Sequential(pretrained, head);
        Learn.Steps(new Adam(model.Parameters(), 0.1), 10, () => (model.Forward(numbers) - 1).Square().Mean());
        yield return Figure.AtMost("frozen table after training: change", Differences.Largest(pretrained.Weight, others), 0);
    }
}
