using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.1.2: a sequence in, one answer out. "not good" is bad, which no sum over words can know.</summary>
internal sealed class Sentiment() : CourseSystem("10.many-to-one", "Many to one: sentiment with negation", "Sentiment analysis reads a whole text and gives one judgement.")
{
    private static readonly string[] Words =
    [
        "", "not", "good", "great", "nice", "fun", "bad", "awful", "dull", "poor", "the", "film", "plot", "was", "very", "acting", "and", "music",
    ];

    private const int Not = 1, Good = 2, Bad = 6, Filler = 10, T = 8;

    public override void Run(SystemContext context)
    {
        var (net, bag, losses) = Train(context);
        var test = Sentences(context, 9, 8);
        var p = net.Forward(test.X).Sigmoid().ToDoubles();
        for (var k = 0; k < 8; k++) context.Out.WriteLine($"{p[k],5:P0} good  {string.Join(' ', test.X.Select(0, k).ToDoubles().Where(w => w > 0).Select(w => Words[(int)w]))}");
        foreach (var figure in Judge(context, net, bag)) context.Out.WriteLine(figure);
        context.Draw("many-to-one.png", new CurvePlot("Sentiment with negation", "step", "loss").Add("GRU", [.. losses[0].Select((_, k) => (double)k)], losses[0]).Add("bag of words", [.. losses[1].Select((_, k) => (double)k)], losses[1]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (net, bag, _) = Train(context);
        return Judge(context, net, bag);
    }

    private static IEnumerable<Figure> Judge(SystemContext context, Module net, Module bag)
    {
        var test = Sentences(context, 7, 1000);
        double Right(Module m) => (m.Eval().Forward(test.X) > 0).Eq(test.Y > 0.5).To(DType.Float32).Mean().Item();
        double recurrent = Right(net), linear = Right(bag);
        yield return Figure.AtLeast("accuracy of the recurrent network", recurrent, 0.95);
        yield return Figure.AtLeast("points that it is ahead of the linear bag of words", 100 * (recurrent - linear), double.Epsilon);
        yield return Figure.Report("accuracy of the linear bag of words", linear);
    }

    private static (Module Net, Module Bag, double[][] Losses) Train(SystemContext context)
    {
        Module net = new Classifier(context.Random()), bag = new Sequential(new EmbeddingBag(Words.Length, 1, EmbeddingBagMode.Sum, paddingIndex: 0, context.Random(1)), new Shift());
        var data = Sentences(context, 5, 2000);
        double[] Losses(Module model) => Learn.Steps(new Adam(model.Parameters(), 0.01), 250, k =>
        {
            var from = k * 64 % (2000 - 64);
            return [data.X.Narrow(0, from, 64).Realize(), data.Y.Narrow(0, from, 64).Realize()];
        }, batch => Loss.BinaryCrossEntropyWithLogits(model.Forward(batch[0]), batch[1]));
        return (net, bag, [Losses(net), Losses(bag)]);
    }

    /// <summary>Fillers, and among them one word of praise or blame, half of the time with "not" before it.</summary>
    private static (Tensor X, Tensor Y) Sentences(SystemContext context, int part, int count)
    {
        var random = new Random((int)context.Seed * 100 + part);
        var (x, y) = (new long[count * T], new float[count]);
        for (var k = 0; k < count; k++)
        {
            var (good, not, length) = (random.Next(2) == 1, random.Next(2) == 1, random.Next(4, T + 1));
            var words = Enumerable.Range(0, length).Select(_ => (long)random.Next(Filler, Words.Length)).ToArray();
            var place = random.Next(1, length);
            words[place] = (good ? Good : Bad) + random.Next(4);
            if (not) words[place - 1] = Not;
            words.CopyTo(x, k * T);
            y[k] = good != not ? 1 : 0;
        }
        return (Tensor.From(x, [count, T]), Tensor.From(y, [count, 1]));
    }

    /// <summary>Embedding → GRU over the true length → last state → one logit.</summary>
    private sealed class Classifier(RandomStream random) : Module
    {
        public Embedding Embedding { get; } = new(Words.Length, 8, random, paddingIndex: 0);

        public GRU Gru { get; } = new(8, 16, batchFirst: true, random: random);

        public Linear Head { get; } = new(16, 1, random: random);

        public override Tensor Forward(Tensor x) => Head.Forward(Gru.Forward(Embedding.Forward(x), null, x.Ne(0).To(DType.Int64).Sum(1)).Hidden.Select(0, 0));
    }

    /// <summary>A bias: the bag's sum of word weights plus this is the logit.</summary>
    private sealed class Shift : Module
    {
        public Parameter Bias { get; } = new(Tensor.Zeros([1]));

        public override Tensor Forward(Tensor x) => x + Bias.Value;
    }
}
