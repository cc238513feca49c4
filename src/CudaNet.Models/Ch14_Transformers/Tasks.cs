using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Sections 14.12 and 14.17.</summary>
internal sealed class Tasks() : CourseSystem("14.tasks", "Heads for tasks: sentiment, names, answers", "One encoder with small heads reads moods, finds names, and marks answers in a text.")
{
    private const int Vocabulary = 30, Length = 12;

    public override void Run(SystemContext context) => ToyText.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        BertClassifier Model(long classes, bool perToken, int part) => new(new Bert(new(2, 48, 4, 96, Vocabulary, Length, 0, 0) { Pooler = false }, context.Random(part)), classes, perToken, context.Random(part));
        // Words 10 … 14 are good, 15 … 19 bad: which are more?
        var mood = Model(2, false, 1);
        Train(mood, context.Random(11), t => ((t >= 10) & (t < 15)).Sum(1) > ((t >= 15) & (t < 20)).Sum(1), (logits, y) => Loss.CrossEntropy(logits, y));
        var texts = Texts(context.Random(21), 1000);
        yield return Figure.AtLeast("sentiment: texts that are told right", Learn.Accuracy(mood, texts, (((texts >= 10) & (texts < 15)).Sum(1) > ((texts >= 15) & (texts < 20)).Sum(1)).To(DType.Int64)), 0.9);
        // A word behind the title 3 is a name, whatever it is.
        var names = Model(2, true, 2);
        static Tensor Named(Tensor t) => Tensor.Concat([Tensor.Zeros([t.Shape[0], 1], DType.Bool), t.Narrow(1, 0, Length - 1).Eq(3)], 1);
        Train(names, context.Random(12), Named, (logits, y) => Loss.CrossEntropy(logits.Flatten(0, 1), y.Flatten()));
        var tags = names.Forward(texts).ArgMax(-1).Eq(1);
        var truth = Named(texts);
        double hit = (tags & truth).Sum().Item();
        yield return Figure.AtLeast("names: F1 of the words that are marked", 2 * hit / (tags.Sum().Item() + truth.Sum().Item()), 0.95);
        // The first word asks; the answer is the run of two words behind its second occurrence.
        var answers = Model(2, true, 3);
        Learn.Steps(new AdamW(answers.Parameters(), 2e-3), 500, k => Questions(new(context.Seed * 777 + k), 64), x => (Loss.CrossEntropy(answers.Forward(x[0]).Select(2, 0), x[1]) + Loss.CrossEntropy(answers.Forward(x[0]).Select(2, 1), x[1] + 1)) / 2);
        var asked = Questions(context.Random(31), 300);
        var logits = answers.Eval().Forward(asked[0]).Realize();
        var where = asked[1].ToArray<long>();
        yield return Figure.AtLeast("answers: spans that are marked exactly", Enumerable.Range(0, 300).Count(k => BertClassifier.BestSpan(logits.Select(0, k)) == ((int)where[k], (int)where[k] + 1)) / 300.0, 0.9);
        yield return Figure.Holds("a span never ends before it begins", BertClassifier.BestSpan(Tensor.From([0f, 9, 1, 0, 5, 1], [3, 2])) == (0, 0));
    }

    /// <summary>Drawn words, of which a fifth are the title 3.</summary>
    private static Tensor Texts(RandomStream random, long count) => random.Bernoulli([count, Length], 0.2).Where(3, random.Integers([count, Length], 4, Vocabulary)).Realize();

    private static void Train(BertClassifier model, RandomStream random, Func<Tensor, Tensor> label, Func<Tensor, Tensor, Tensor> loss)
    {
        Learn.Steps(new AdamW(model.Parameters(), 2e-3), 400, _ =>
        {
            var texts = Texts(random, 64);
            return [texts, label(texts).To(DType.Int64).Realize()];
        }, x => loss(model.Forward(x[0]), x[1]));
        model.Eval();
    }

    private static Tensor[] Questions(RandomStream random, int count)
    {
        var texts = random.Integers([count, Length], 10, Vocabulary).ToArray<long>();
        long[] places = random.Integers([count], 2, Length - 2).ToArray<long>(), questions = random.Integers([count], 2, 10).ToArray<long>();
        for (var row = 0; row < count; row++) texts[row * Length] = texts[row * Length + places[row] - 1] = questions[row];
        return [Tensor.From(texts, [count, Length]), Tensor.From(places, [count])];
    }
}
