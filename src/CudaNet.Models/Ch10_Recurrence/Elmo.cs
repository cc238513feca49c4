using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.4.3: ELMo (Peters and others 2018). A language model in both directions; a word's vector is γ·Σⱼ sⱼ·hⱼ over its layers, weights learned with the
/// task. "bank" by the river and "bank" of money get different vectors, while a table has one for both.</summary>
internal sealed class Elmo() : CourseSystem("10.elmo", "ELMo: words in their context", "Contextual embeddings tell the senses of one word apart.")
{
    // 0 is "bank"; then words of the river, words of money, and words of both.
    private const int River = 1, Money = 7, Both = 13, Tokens = 20, T = 7, Size = 16;

    public override void Run(SystemContext context)
    {
        var (model, losses) = Pretrain(context);
        var (x, sense, place) = Sentences(context, 7, 300);
        var vectors = model.At(x, place)[1];
        var pca = Linalg.Svd(vectors - vectors.Mean(0, keepDims: true));
        var points = (vectors - vectors.Mean(0, keepDims: true)).MatMul(pca.Vt.Narrow(0, 0, 2).T).Realize();
        context.Draw("elmo.png", Pictures.Scatter("\"bank\" in 300 sentences: 0 by the river, 1 of money", "first principal component", "second", points, sense));
        context.Draw("elmo-loss.png", Pictures.Curves("Language model in both directions", "loss", false, ("training", losses)));
        foreach (var figure in Judge(context, model)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context) => Judge(context, Pretrain(context).Model);

    private static IEnumerable<Figure> Judge(SystemContext context, BiLanguageModel model)
    {
        yield return Figure.AtLeast("linear probe on contextual vectors: accuracy", Probe(context, model, contextual: true), 0.95);
        yield return Figure.Equal("linear probe on the table's vector: accuracy, ½ is chance", Probe(context, model, contextual: false), 0.5, 0.1);
    }

    private static (BiLanguageModel Model, double[] Losses) Pretrain(SystemContext context)
    {
        var model = new BiLanguageModel(context.Random());
        var data = Sentences(context, 5, 1600).X;
        var losses = Learn.Steps(new Adam(model.Parameters(), 0.01), 200, k => [data.Narrow(0, k % 25 * 64, 64).Realize()], batch => model.NextLoss(batch[0]));
        return (model, losses);
    }

    /// <summary>Trains s, γ and a linear classifier on 400 sentences; accuracy on 400 others. The language model stays as it is.</summary>
    private static double Probe(SystemContext context, BiLanguageModel model, bool contextual)
    {
        var (x, sense, place) = Sentences(context, 6, 400);
        var (testX, testSense, testPlace) = Sentences(context, 7, 400);
        Tensor[] layers = model.At(x, place), test = model.At(testX, testPlace);
        if (!contextual) (layers, test) = ([layers[0], layers[0]], [test[0], test[0]]);
        var mix = new Parameter(Tensor.Zeros([2]));
        var gamma = new Parameter(Tensor.Ones([1]));
        var head = new Linear(2 * Size, 2, random: context.Random(8));
        Tensor Mixed(Tensor[] h)
        {
            var s = mix.Value.Softmax();
            return gamma.Value * (s.Narrow(0, 0, 1) * h[0] + s.Narrow(0, 1, 1) * h[1]);
        }
        Learn.Steps(new Adam([mix, gamma, .. head.Parameters()], 0.05), 150, () => Loss.CrossEntropy(head.Forward(Mixed(layers)), sense));
        return head.Forward(Mixed(test)).ArgMax(-1).Eq(testSense).To(DType.Float32).Mean().Item();
    }

    /// <summary>"bank" at a random place among words of one sense and words of both.</summary>
    private static (Tensor X, Tensor Sense, Tensor Place) Sentences(SystemContext context, int part, int count)
    {
        var random = new Random((int)context.Seed * 100 + part);
        long[] x = new long[count * T], sense = new long[count], place = new long[count];
        for (var k = 0; k < count; k++)
        {
            (sense[k], place[k]) = (random.Next(2), random.Next(T));
            for (var t = 0; t < T; t++) x[k * T + t] = t == place[k] ? 0 : random.Next(3) == 0 ? random.Next(Both, Tokens) : (sense[k] == 0 ? River : Money) + random.Next(6);
        }
        return (Tensor.From(x, [count, T]), Tensor.From(sense, [count]), Tensor.From(place, [count]));
    }

    private sealed class BiLanguageModel(RandomStream random) : Module
    {
        public Embedding Embedding { get; } = new(Tokens, Size, random);

        public LSTM Lstm { get; } = new(Size, Size, batchFirst: true, bidirectional: true, random: random);

        public Linear Next { get; } = new(Size, Tokens, random: random);

        public Linear Previous { get; } = new(Size, Tokens, random: random);

        /// <summary>The forward states name the next word, the backward states the one before.</summary>
        public Tensor NextLoss(Tensor x)
        {
            var h = Forward(x);
            var next = Next.Forward(h.Narrow(2, 0, Size).Narrow(1, 0, T - 1)).Reshape(-1, Tokens);
            var previous = Previous.Forward(h.Narrow(2, Size, Size).Narrow(1, 1, T - 1)).Reshape(-1, Tokens);
            return Loss.CrossEntropy(next, x.Narrow(1, 1, T - 1).Reshape(-1)) + Loss.CrossEntropy(previous, x.Narrow(1, 0, T - 1).Reshape(-1));
        }

        /// <summary>The layers at one place of each sentence: the table's vector (twice, to be as wide) and the states of both directions, [n, 2 · size].</summary>
        public Tensor[] At(Tensor x, Tensor place)
        {
            var table = Embedding.Forward(x);
            var choose = place.OneHot(T, DType.Float32).Unsqueeze(1);
            return [choose.MatMul(Tensor.Concat([table, table], 2)).Squeeze(1).Realize(), choose.MatMul(Forward(x)).Squeeze(1).Realize()];
        }

        public override Tensor Forward(Tensor x) => Lstm.Forward(Embedding.Forward(x));
    }
}
