using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Section 14.11.</summary>
internal sealed class FineTuning() : CourseSystem("14.fine-tuning", "Transfer learning and fine-tuning", "Learn from much text without labels, put on a new head, and train it on few labels with a small rate.")
{
    private const int Groups = 10, Words = 200, Length = 12, Labelled = 200;

    public override void Run(SystemContext context) => ToyText.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var pretrained = Fresh(context);
        const int steps = 600;
        var random = context.Random(1);
        Learn.Steps(new AdamW(pretrained.Parameters(), 3e-3), steps, _ => [Texts(random, 64).Tokens], x => pretrained.LossOf(x[0]), new CosineSchedule(steps, 30, 0.02));
        var weights = pretrained.StateDict();
        double scratch = Accuracy(context, null), tuned = Accuracy(context, weights);
        yield return Figure.AtLeast("points that fine-tuning is ahead of training from scratch, 200 labels", 100 * (tuned - scratch), 5);
        yield return Figure.Report("accuracy, fine-tuned", tuned);
        yield return Figure.Report("accuracy, from scratch", scratch);
        yield return Figure.Report("accuracy, fine-tuned at a rate that overwrites", Accuracy(context, weights, 0.1));
        // A frozen body stays as it is, bit for bit.
        var frozen = new Classifier(Fresh(context), context.Random(4));
        frozen.LoadStateDict(weights, strict: false);
        frozen.Body.RequiresGrad(false);
        var (tokens, labels) = Texts(context.Random(5), 100);
        Learn.Steps(new AdamW(frozen.Parameters(), 1e-2), 10, () => Loss.CrossEntropy(frozen.Forward(tokens), labels));
        yield return Figure.AtMost("frozen weights after training: difference", frozen.Body.StateDict().Max(entry => Differences.Largest(entry.Value, weights[entry.Key])), 0);
        StateDictException? told = null;
        try
        {
            frozen.LoadStateDict(weights.Append(new("old_head.weight", Tensor.Zeros([2]))).ToDictionary());
        }
        catch (StateDictException error)
        {
            told = error;
        }
        yield return Figure.Holds("another head: missing and unexpected names are told", told is not null && told.Missing.SequenceEqual(["head.weight", "head.bias"]) && told.Unexpected.SequenceEqual(["old_head.weight"]));
    }

    private static Gpt2 Fresh(SystemContext context) => new(new(2, 48, 4, Words, Length, 0), context.Random());

    private static double Accuracy(SystemContext context, IReadOnlyDictionary<string, Tensor>? weights, double rate = 1e-3)
    {
        var model = new Classifier(Fresh(context), context.Random(2));
        if (weights is not null) model.LoadStateDict(weights, strict: false);
        var (tokens, labels) = Texts(context.Random(3), Labelled);
        Learn.Epochs(model, new AdamW(model.Parameters(), rate), tokens, labels, 20, 20, context.Seed);
        var test = Texts(context.Random(6), 1000);
        return Learn.Accuracy(model, test.Tokens, test.Labels);
    }

    /// <summary>Words of ten groups, which follow one another in a circle; each word is drawn from its group's twenty. A text goes forwards or
    /// backwards through the circle, which is its label.</summary>
    private static (Tensor Tokens, Tensor Labels) Texts(RandomStream random, long count)
    {
        Tensor backwards = random.Bernoulli([count, 1], 0.5).Realize(), start = random.Integers([count, 1], 0, Groups);
        var step = Tensor.Arange(0, Length, 1, DType.Int64).ExpandTo([count, Length]);
        var groups = (start + backwards.ExpandTo([count, Length]).Where(-step, step) + 10 * Groups) % Groups;
        // A group's words lie apart, so that numbers tell nothing.
        return ((random.Integers([count, Length], 0, Words / Groups) * Groups + groups).Realize(), backwards.Squeeze(1).To(DType.Int64).Realize());
    }

    /// <summary>A head of two classes on the last row of a decoder.</summary>
    private sealed class Classifier(Gpt2 body, RandomStream random) : Module
    {
        [StateName("")] public Gpt2 Body { get; } = body;

        public Linear Head { get; } = new(body.Config.Size, 2, random: random);

        public override Tensor Forward(Tensor x) => Head.Forward(Body.Hidden(x).Select(1, Length - 1));
    }
}
