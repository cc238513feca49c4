using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Generation;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Section 14.8.1.</summary>
internal sealed class OutputHead() : CourseSystem("14.output-head", "Final linear layer and softmax", "Rows become scores of the whole vocabulary, then probabilities; the best is the next word.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var table = new Parameter(random.Normal([30, 8]).Realize(), "table");
        Tensor rows = random.Normal([12, 8]).Realize(), target = random.Integers([12], 0, 30).Realize();
        Tensor Whole() => Loss.CrossEntropy(Linear.Apply(rows, table), target);
        Tensor InParts() => Loss.LinearCrossEntropy(rows, table, target, 5);
        yield return Figure.AtMost("probabilities of a row minus 1", (Linear.Apply(rows, table).Softmax().Sum(1) - 1).Abs().Max().Item(), 1e-6);
        yield return Figure.AtMost("loss in parts minus loss at once", Differences.Largest(InParts(), Whole()), 1e-6);
        yield return Figure.AtMost("gradients", Math.Max(Differences.Largest(Grad.Of(InParts(), rows), Grad.Of(Whole(), rows)), Differences.Largest(Grad.Of(InParts(), table.Value), Grad.Of(Whole(), table.Value))), 1e-6);
        // A table that is embedding and head has the sum of both gradients.
        var tokens = random.Integers([12], 0, 30).Realize();
        Tensor Tied(Tensor embedding, Tensor head) => Loss.CrossEntropy(Linear.Apply(embedding.Take(tokens, 0).Tanh(), head), target);
        Tensor first = table.Value, second = Tensor.From(table.Value.ToArray<float>(), table.Shape);
        var parts = Grad.Of(Tied(first, second), first, second);
        yield return Figure.AtMost("tied: gradient minus the sum of both uses", Differences.Largest(Grad.Of(Tied(table, table), table.Value), parts[0] + parts[1]), 1e-6);
        const long vocabulary = 50257, length = 4096, size = 64;
        var large = new Parameter(Tensor.Zeros([vocabulary, size]).Realize(), "large");
        var plan = Compiled.PlanOf(x =>
        {
            var loss = Loss.LinearCrossEntropy(x[0], large, x[1]);
            var gradients = Grad.Of(loss, x[0], large.Value);
            return [loss, .. gradients];
        }, Tensor.Zeros([length, size]).Realize(), Tensor.Zeros([length], DType.Int64).Realize());
        yield return Figure.AtMost("peak of loss and gradients / bytes of all logits, 50,257 words and 4,096 tokens", plan.ArenaBytes / (4.0 * vocabulary * length), 1.2);
    }
}

/// <summary>Section 14.9.</summary>
internal sealed class TransformerTraining() : CourseSystem("14.training", "Training: teacher forcing, end of text, padding", "The decoder sees the true words before each place; cross entropy at each step; the last target is the end of the text.")
{
    private const int Vocabulary = 24, Start = 1, End = 2, Length = 7, Pairs = 10;

    public override void Run(SystemContext context)
    {
        var (losses, right) = Train(context);
        context.Out.WriteLine($"{Pairs} pairs: loss {losses[^1]:F4}, {right} of them translated exactly");
        context.Draw("training.png", Pictures.Curves("Ten pairs learnt by heart", "loss", true, ("loss", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var uniform = Tensor.Zeros([3, 50257]);
        yield return Figure.Equal("loss of uniform scores over 50,257 words", Loss.CrossEntropy(uniform, Tensor.From(0L, 5, 50256)).Item(), 10.824905, 1e-5);
        var random = context.Random();
        Tensor logits = random.Normal([6, 10]).Realize(), target = Tensor.From(3L, 1, 4, 1, 0, 0);
        var padded = Loss.CrossEntropy(logits, target, ignoreIndex: 0);
        yield return Figure.AtMost("loss with padding minus loss without", Differences.Largest(padded, Loss.CrossEntropy(logits.Narrow(0, 0, 4), target.Narrow(0, 0, 4))), 1e-6);
        yield return Figure.AtMost("gradient of padding", Grad.Of(padded, logits).Narrow(0, 4, 2).Abs().Max().Item(), 0);
        var smooth = 0.9 * Loss.CrossEntropy(logits, target).Item() - 0.1 * logits.LogSoftmax(-1).Mean().Item();
        yield return Figure.Equal("label smoothing of 0.1", Loss.CrossEntropy(logits, target, labelSmoothing: 0.1).Item(), smooth, 1e-5);
        var (losses, right) = Train(context);
        yield return Figure.AtMost("ten pairs: loss", losses[^1], 0.01);
        yield return Figure.Equal("ten pairs: exact greedy translations", right, Pairs);
    }

    private static (double[] Losses, int Right) Train(SystemContext context)
    {
        var random = context.Random(1);
        var words = random.Integers([Pairs, 2 * Length], 3, Vocabulary).Realize();
        Tensor source = words.Narrow(1, 0, Length).Realize(), answer = words.Narrow(1, Length, Length).Realize();
        Tensor start = Tensor.Full([Pairs, 1], Start, DType.Int64), end = Tensor.Full([Pairs, 1], End, DType.Int64);
        Tensor target = Tensor.Concat([answer, end], 1).Realize(), shifted = Tensor.Concat([start, answer], 1).Realize();
        var model = new Seq2Seq(new(32, 4, 64, 0), 1, Vocabulary, random: random);
        var losses = Learn.Steps(new Adam(model.Parameters(), 3e-3, 0.9, 0.98), 400, () => Loss.CrossEntropy(model.Forward(source, shifted).Flatten(0, 1), target.Flatten()), new Nn.Schedules.CosineSchedule(400, 25));
        var translated = model.Translate(source, Start, End, Length + 2);
        var wanted = target.ToArray<long>();
        return (losses, Enumerable.Range(0, Pairs).Count(k => translated[k].SequenceEqual(wanted.Skip(k * (Length + 1)).Take(Length + 1))));
    }
}
