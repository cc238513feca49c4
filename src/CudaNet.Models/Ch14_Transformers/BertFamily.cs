using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Nn.Training;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Section 14.14. Self-supervised, not semi-supervised; the loss is on all tokens that were chosen, hidden or not.</summary>
internal sealed class BertSystem() : CourseSystem("14.bert", "BERT: hidden tokens and next sentences", "An encoder learns from texts in which 15 % of the tokens are asked for, and from pairs of sentences of which half belong together.")
{
    private const int Words = 20, Cls = 1, Sep = 2, Mask = 3, First = 4, Vocabulary = First + Words, Part = 6;

    public override void Run(SystemContext context) => ToyText.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("parameters of BERT base", Model.FromShapes(() => new Bert(BertConfig.Base)).ParameterCount, 109_482_240);
        yield return Figure.Equal("parameters of BERT large", Model.FromShapes(() => new Bert(BertConfig.Large)).ParameterCount, 335_141_888);
        var tokens = context.Random(5).Integers([1_000_000], 0, 1000).Realize();
        var (inputs, targets) = MaskedTokens.Hide(tokens, context.Random(6), Mask, 1000, 10);
        double Share(Tensor mask) => mask.To(DType.Float64).Mean().Item();
        double ordinary = Share(tokens >= 10), asked = Share(targets.Ne(MaskedTokens.Ignored));
        yield return Figure.Equal("share that is asked for, of a million", asked / ordinary, 0.15, 0.002);
        yield return Figure.Equal("of these hidden", Share(targets.Ne(MaskedTokens.Ignored) & inputs.Eq(Mask)) / asked, 0.8, 0.005);
        yield return Figure.Equal("of these as they were", Share(targets.Ne(MaskedTokens.Ignored) & inputs.Eq(tokens)) / asked, 0.1, 0.005);
        yield return Figure.Equal("special tokens that are asked for", Share((tokens < 10) & targets.Ne(MaskedTokens.Ignored)), 0);
        var model = new BertPretraining(new(2, 64, 4, 128, Vocabulary, 16, Dropout: 0), context.Random());
        var random = context.Random(1);
        const int steps = 1000;
        var losses = Learn.Steps(new AdamW(model.Parameters(), 2e-3), steps, _ => Batch(random, 64, hide: true), x =>
        {
            var rows = model.Bert.Forward(x[0], null, x[1]);
            return Loss.CrossEntropy(model.Predictions(rows).Flatten(0, 1), x[2].Flatten(), ignoreIndex: MaskedTokens.Ignored) + Loss.CrossEntropy(model.Follows(rows), x[3]);
        }, new CosineSchedule(steps, 50, 0.02));
        yield return Figure.AtMost("loss of both tasks / (unigram entropy + one bit)", losses[^20..].Average() / (Math.Log(Words) + Math.Log(2)), 0.5);
        model.Eval();
        var test = Batch(context.Random(2), 1000, hide: true);
        var found = model.Predictions(model.Bert.Forward(test[0], null, test[1])).ArgMax(-1).Eq(test[2]);
        yield return Figure.AtLeast("hidden words that are found", Share(found) / Share(test[2].Ne(MaskedTokens.Ignored)), 0.95);
        var pairs = Batch(context.Random(3), 1000, hide: false);
        yield return Figure.AtLeast("pairs of sentences that are told right", Learn.Accuracy(new Head(model, pairs[1]), pairs[0], pairs[3]), 0.95);
        yield return Figure.Equal("share of pairs that belong together", Share(pairs[3].Eq(0)), 0.5, 0.05);
    }

    /// <summary>[CLS] six words [SEP] six words [SEP]: tokens, segments, targets, and 0 where the second half goes on with the first.</summary>
    private static Tensor[] Batch(RandomStream random, long count, bool hide)
    {
        Tensor chain = ToyText.Chains(random, count, 2 * Part, Words, First), other = ToyText.Chains(random, count, Part, Words, First);
        // A drawn half that happens to go on would be a wrong label: the next word is taken then.
        other = other.Narrow(1, 0, 1).Eq(chain.Narrow(1, Part, 1)).ExpandTo(other.Shape).Where((other - First + 1) % Words + First, other);
        var apart = random.Bernoulli([count], 0.5).Realize();
        Tensor Full(long token) => Tensor.Full([count, 1], token, DType.Int64);
        var second = apart.Unsqueeze(1).ExpandTo(other.Shape).Where(other, chain.Narrow(1, Part, Part));
        var tokens = Tensor.Concat([Full(Cls), chain.Narrow(1, 0, Part), Full(Sep), second, Full(Sep)], 1).Realize();
        var segments = (Tensor.Arange(0, tokens.Shape[1], 1, DType.Int64) > Part + 1).To(DType.Int64).ExpandTo(tokens.Shape).Realize();
        var (inputs, targets) = hide ? MaskedTokens.Hide(tokens, random, Mask, Vocabulary, First) : (tokens, tokens);
        return [inputs.Realize(), segments, targets.Realize(), apart.To(DType.Int64).Realize()];
    }

    private sealed class Head(BertPretraining model, Tensor segments) : Module
    {
        private BertPretraining Model { get; } = model;

        public override Tensor Forward(Tensor x) => Model.Follows(Model.Bert.Forward(x, null, segments));
    }
}

/// <summary>Section 14.16.1.</summary>
internal sealed class Roberta() : CourseSystem("14.roberta", "RoBERTa: masks anew, larger batches", "No next-sentence task, more data, larger batches, and other tokens hidden in each epoch.")
{
    public override void Run(SystemContext context) => ToyText.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("parameters of RoBERTa base", Model.FromShapes(() => new Bert(BertConfig.RobertaBase)).ParameterCount, 124_645_632);
        var tokens = context.Random().Integers([64, 32], 4, 50).Realize();
        Tensor Epoch(int number) => MaskedTokens.Hide(tokens, context.Random(number), 3, 50, 4).Inputs.Realize();
        yield return Figure.AtLeast("tokens that differ between two epochs", Epoch(1).Ne(Epoch(2)).Sum().Item(), 100);
        yield return Figure.Equal("the same epoch twice: tokens that differ", Epoch(1).Ne(Epoch(1)).Sum().Item(), 0);
        Tensor[] Train(int parts)
        {
            var random = context.Random(3);
            var model = new BertPretraining(new(1, 32, 4, 64, 50, 32, Dropout: 0) { Pooler = false }, random);
            // As many hidden tokens in each part: the mean of the parts is that of the whole.
            var targets = (Tensor.Arange(0, 32, 1, DType.Int64) % 7).Eq(0).ExpandTo(tokens.Shape).Where(tokens, MaskedTokens.Ignored).Realize();
            var trainer = new Trainer(model, new Sgd(model.Parameters(), 0.1), (logits, y) => Loss.CrossEntropy(logits.Flatten(0, 1), y.Flatten(), ignoreIndex: MaskedTokens.Ignored)) { Microbatches = parts };
            trainer.Fit(new DataLoader(new TensorDataset(Epoch(1), targets), 64), epochs: 3);
            return [.. model.Parameters().Select(p => p.Value)];
        }
        yield return Figure.AtMost("three steps of a batch in 8 parts minus at once", Train(8).Zip(Train(1), (a, b) => Differences.Largest(a, b)).Max(), 1e-6);
    }
}

/// <summary>Section 14.16.2.</summary>
internal sealed class AlbertSystem() : CourseSystem("14.albert", "ALBERT: one layer for all, narrow tables", "Layers share their weights, tables are V×E and E×H, and the order of two sentences is the task.")
{
    public override void Run(SystemContext context) => ToyText.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        const long v = 30000, e = 128, h = 768, f = 3072;
        var formula = (v + 512 + 2) * e + 2 * e + (e * h + h) + 4 * (h * h + h) + (h * f + f) + (f * h + h) + 4 * h + (h * h + h);
        yield return Figure.Equal("parameters of ALBERT base", Model.FromShapes(() => new Albert(AlbertConfig.Base)).ParameterCount, 11_683_584);
        yield return Figure.Equal("the same by the formula", formula, 11_683_584);
        var random = context.Random();
        var x = random.Normal([2, 5, 16]).Realize();
        TransformerOptions options = new(16, 2, 32, 0);
        var one = new TransformerEncoderLayer(options, random);
        var three = Enumerable.Range(0, 3).Select(_ => new TransformerEncoderLayer(options, random)).ToList();
        foreach (var layer in three) layer.LoadStateDict(one.StateDict());
        Tensor[] Of(TransformerEncoderLayer layer, Tensor y) => Grad.Of(y.Square().Sum(), [.. layer.Parameters().Select(p => p.Value)]);
        var shared = Of(one, one.Forward(one.Forward(one.Forward(x))));
        var apart = three.Select(layer => Of(layer, three[2].Forward(three[1].Forward(three[0].Forward(x))))).ToList();
        yield return Figure.AtMost("gradient of a shared layer minus the sum over its three uses, relative", Enumerable.Range(0, shared.Length).Max(k => Differences.Largest(shared[k], apart[0][k] + apart[1][k] + apart[2][k]) / Math.Max(1, shared[k].Abs().Max().Item())), 1e-5);
        // Sentence order: two halves of a chain, swapped or not; which follows from the words at the seam.
        const int words = 12, first = 3;
        var model = new Albert(new(2, 48, 4, 96, 16, words + first, 12), random);
        var head = new Linear(48, 2, random: random);
        Tensor[] Batch(RandomStream from, long count)
        {
            var chain = ToyText.Chains(from, count, 6, words, first);
            var swapped = from.Bernoulli([count], 0.5).Realize();
            Tensor a = chain.Narrow(1, 0, 3), b = chain.Narrow(1, 3, 3), both = swapped.Reshape(count, 1).ExpandTo([count, 6]).Where(Tensor.Concat([b, a], 1), chain);
            return [Tensor.Concat([Tensor.Ones([count, 1], DType.Int64), both], 1).Realize(), swapped.To(DType.Int64).Realize()];
        }
        var draws = context.Random(1);
        Learn.Steps(new AdamW(model.Parameters().Concat(head.Parameters()), 2e-3), 500, _ => Batch(draws, 64), t => Loss.CrossEntropy(head.Forward(model.Pooled(model.Forward(t[0]))), t[1]), new CosineSchedule(500, 30, 0.02));
        var test = Batch(context.Random(2), 1000);
        yield return Figure.AtLeast("orders that are told right", head.Forward(model.Pooled(model.Forward(test[0]))).ArgMax(-1).Eq(test[1]).To(DType.Float64).Mean().Item(), 0.95);
    }
}

/// <summary>Section 14.16.7.</summary>
internal sealed class Electra() : CourseSystem("14.electra", "ELECTRA: which tokens were replaced", "A small generator replaces tokens, and a discriminator says of each whether it is the true one.")
{
    private const int Words = 20, Mask = 0, First = 1, Length = 12;

    public override void Run(SystemContext context) => ToyText.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("parameters of the small discriminator", Model.FromShapes(() => new Bert(BertConfig.ElectraSmall)).ParameterCount, 13_483_008);
        var generator = new BertPretraining(new(1, 16, 2, 32, Words + First, Length, 0, 0) { Pooler = false }, context.Random());
        var discriminator = new Bert(new(2, 48, 4, 96, Words + First, Length, 0, 0) { Pooler = false }, context.Random(1));
        var head = new Linear(48, 1, random: context.Random(2));
        var random = context.Random(3);
        (Tensor Replaced, Tensor Changed, Tensor Loss) Replace(Tensor hidden, Tensor targets, Tensor tokens, RandomStream draws)
        {
            var logits = generator.Predictions(generator.Bert.Forward(hidden));
            var drawn = draws.Categorical(logits.Detach().Softmax());
            var replaced = targets.Ne(MaskedTokens.Ignored).Where(drawn, tokens);
            return (replaced, replaced.Ne(tokens), Loss.CrossEntropy(logits.Flatten(0, 1), targets.Flatten(), ignoreIndex: MaskedTokens.Ignored));
        }
        Tensor[] Batch(RandomStream from, long count)
        {
            var tokens = ToyText.Chains(from, count, Length, Words, First);
            var (hidden, targets) = MaskedTokens.Hide(tokens, from, Mask, Words + First, First);
            return [tokens, hidden.Realize(), targets.Realize()];
        }
        Tensor Scores(Tensor tokens) => head.Forward(discriminator.Forward(tokens)).Squeeze(2);
        var draws = context.Random(4);
        Learn.Steps(new AdamW(generator.Parameters().Concat(discriminator.Parameters()).Concat(head.Parameters()), 2e-3), 600, _ => Batch(random, 64), x =>
        {
            var (replaced, changed, loss) = Replace(x[1], x[2], x[0], draws);
            return loss + Loss.BinaryCrossEntropyWithLogits(Scores(replaced), changed.To(DType.Float32)) * 10;
        }, new CosineSchedule(600, 30, 0.02));
        var test = Batch(context.Random(5), 500);
        // A weak generator, so that there is something to find: hidden words drawn from all.
        var (tested, different, _) = Replace(test[1], test[2], test[0], context.Random(6));
        double[] scores = Scores(tested).ToDoubles(), labels = different.ToDoubles();
        yield return Figure.AtLeast("area under the curve of detection", ToyText.Auc(scores.Zip(labels, (s, l) => (s, l > 0))), 0.9);
        yield return Figure.Report("share of tokens that were changed", labels.Average());
        var toGenerator = Grad.Of(Loss.BinaryCrossEntropyWithLogits(Scores(tested), different.To(DType.Float32)), discriminator.WordEmbeddings.Weight.Value);
        yield return Figure.Holds("the discriminator learns from all places", toGenerator.Abs().Sum(1).Narrow(0, First, Words).Min().Item() > 0);
    }
}
