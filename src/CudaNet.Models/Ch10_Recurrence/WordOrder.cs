using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.1: an idiom says something in its order only.</summary>
internal sealed class WordOrder() : CourseSystem("10.order", "Order matters", "An idiom makes sense only in its order, which a recurrent network sees and a bag of words does not.")
{
    private static readonly long[] Idiom = [0, 1, 2, 3, 4, 5]; // "it is raining cats and dogs"

    public override void Run(SystemContext context)
    {
        var (recurrent, bag) = Changes(context);
        var places = Enumerable.Range(0, recurrent.Length).Select(k => (double)k).ToArray();
        context.Draw("order.png", new Plotting.CurvePlot("How far 20 shufflings move the representation of a sentence", "shuffling", "largest difference") { YMax = 1.6 }.Add("recurrent", places, recurrent).Add("bag of words", places, bag));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (recurrent, bag) = Changes(context);
        yield return Figure.AtLeast("state of the recurrent network: least change by a shuffling", recurrent.Min(), 0.01);
        yield return Figure.AtMost("bag of words: greatest change", bag.Max(), 1e-6);
    }

    private static (double[] Recurrent, double[] Bag) Changes(SystemContext context)
    {
        var embedding = new Embedding(6, 8, context.Random());
        var rnn = new RNN(8, 16, random: context.Random(1));
        var bag = new EmbeddingBag(6, 8, EmbeddingBagMode.Sum, random: context.Random(2), type: DType.Float64);
        Tensor State(long[] words) => rnn.Forward(embedding.Forward(Tensor.From(words, [6])).Unsqueeze(1), null).Hidden;
        Tensor Bag(long[] words) => bag.Forward(Tensor.From(words, [1, 6]));
        var random = new Random((int)context.Seed);
        List<double> first = [], second = [];
        while (first.Count < 20)
        {
            var shuffled = (long[])Idiom.Clone();
            random.Shuffle(shuffled);
            if (shuffled.SequenceEqual(Idiom)) continue;
            first.Add(Differences.Largest(State(shuffled), State(Idiom)));
            second.Add(Differences.Largest(Bag(shuffled), Bag(Idiom)));
        }
        return ([.. first], [.. second]);
    }
}

/// <summary>Section 10.2.2: a text as counts of its words.</summary>
internal sealed class BagOfWords() : CourseSystem("10.bag-of-words", "Bag of words", "A text becomes the presence or the counts of its words; their order is lost.")
{
    private const string Text = "the dog bites the man and the man bites back";

    public override void Run(SystemContext context)
    {
        var words = Vocabulary(Text);
        var counts = Counts(Text, words).ToDoubles();
        for (var k = 0; k < words.Length; k++) context.Out.WriteLine($"{words[k],-6} {counts[k]}");
        context.Draw("bag-of-words.png", new Plotting.ImageSheet($"Two sentences with one bag: {string.Join(" · ", words)}", [.. new[] { "the dog bites the man", "the man bites the dog" }.Select(s => Pictures.Grey(Counts(s, words).Reshape(1, words.Length), s, 0, 2))], 1, 60));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var words = Vocabulary(Text);
        Tensor one = Counts("the dog bites the man", words), other = Counts("the man bites the dog", words);
        yield return Figure.AtMost("counts of a permutation: difference", Differences.Largest(one, other), 0);
        yield return Figure.AtLeast("counts of other words: difference", Differences.Largest(one, Counts("the dog bites back", words)), 1);
        yield return Figure.Equal("how often \"the\" is counted", one.ToDoubles()[Array.IndexOf(words, "the")], 2);
        yield return Figure.Equal("greatest presence", (one > 0).To(DType.Float32).Max().Item(), 1);
        // The sum of embeddings is the product of the counts with the table.
        var bag = new EmbeddingBag(words.Length, 5, EmbeddingBagMode.Sum, random: context.Random(), type: DType.Float64);
        var numbers = Tensor.From([.. "the dog bites the man".Split(' ').Select(w => (long)Array.IndexOf(words, w))], [1, 5]);
        yield return Figure.AtMost("embedding bag minus counts · W", Differences.Largest(bag.Forward(numbers), one.Unsqueeze(0).MatMul(bag.Weight)), 1e-6);
    }

    private static string[] Vocabulary(string text) => [.. text.Split(' ').Distinct()];

    private static Tensor Counts(string text, string[] words) =>
        Tensor.From([.. text.Split(' ').Select(w => (long)Array.IndexOf(words, w))], [text.Split(' ').Length]).OneHot(words.Length, DType.Float32).Sum(0);
}
