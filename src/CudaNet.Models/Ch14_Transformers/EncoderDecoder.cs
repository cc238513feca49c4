using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Sections 14.2 to 14.9.</summary>
internal sealed class TransformerSystem() : CourseSystem("14.transformer", "Encoder–decoder Transformer", "Six layers on each side with weights of their own, of size 512; the decoder looks at itself behind a mask and at the encoder.")
{
    private const int Vocabulary = 30, Padding = 0, Start = 1, End = 2, Longest = 12;

    public override void Run(SystemContext context)
    {
        var (model, losses) = Train(context);
        var (source, _, _) = Batch(context.Random(9), 3);
        var translated = model.Translate(source, Start, End, Longest + 1, Padding);
        for (var k = 0; k < 3; k++) context.Out.WriteLine($"{string.Join(' ', source.Select(0, k).ToArray<long>().Where(t => t != Padding))}  →  {string.Join(' ', translated[k])}");
        context.Draw("transformer.png", Pictures.Curves("Copying and reversing texts of up to twelve words", "loss", true, ("loss", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("parameters of both stacks, with the last norms", Model.FromShapes(() => new Transformer()).ParameterCount, 44_140_544);
        yield return Figure.Equal("without them, as in the paper", Model.FromShapes(() => new Transformer(norm: false)).ParameterCount, 44_138_496);
        var base6 = Model.FromShapes(() => new Seq2Seq(new(), 6, 37000));
        yield return Figure.Equal("with one table of 37,000 words for source, target and head", base6.ParameterCount, 44_138_496 + 37000 * 512);
        var (model, _) = Train(context);
        var (source, _, target) = Batch(context.Random(99), 500);
        var translated = model.Translate(source, Start, End, Longest + 1, Padding);
        var wanted = target.ToArray<long>();
        var right = Enumerable.Range(0, 500).Count(k => translated[k].SequenceEqual(wanted.Skip(k * (Longest + 1)).Take(Longest + 1).TakeWhile(t => t != Padding)));
        yield return Figure.AtLeast("new texts that are translated exactly", right / 500.0, 0.99);
    }

    /// <summary>A text of 2 to 12 words behind a word that says what to do: 3 for the same text, 4 for the reverse.</summary>
    private static (Tensor Source, Tensor Shifted, Tensor Target) Batch(RandomStream random, int count)
    {
        var lengths = random.Integers([count], 2, Longest + 1).ToArray<long>();
        var reverse = random.Bernoulli([count], 0.5).ToArray<bool>();
        var words = random.Integers([count, Longest], 5, Vocabulary).ToArray<long>();
        long[] source = new long[count * (Longest + 1)], shifted = new long[count * (Longest + 1)], target = new long[count * (Longest + 1)];
        for (var row = 0; row < count; row++)
        {
            var (at, length) = (row * (Longest + 1), (int)lengths[row]);
            source[at] = reverse[row] ? 4 : 3;
            shifted[at] = Start;
            for (var k = 0; k < length; k++)
            {
                source[at + 1 + k] = words[row * Longest + k];
                target[at + k] = words[row * Longest + (reverse[row] ? length - 1 - k : k)];
                shifted[at + 1 + k] = target[at + k];
            }
            target[at + length] = End;
        }
        Tensor Of(long[] values) => Tensor.From(values, [count, Longest + 1]);
        return (Of(source), Of(shifted), Of(target));
    }

    private static (Seq2Seq Model, double[] Losses) Train(SystemContext context)
    {
        var model = new Seq2Seq(new(64, 4, 128, 0, NormFirst: true), 2, Vocabulary, random: context.Random());
        var random = context.Random(1);
        const int steps = 1600;
        var losses = Learn.Steps(new Adam(model.Parameters(), 3e-3, 0.9, 0.98), steps, _ =>
        {
            var (source, shifted, target) = Batch(random, 64);
            return [source, shifted, target];
        }, x => Loss.CrossEntropy(model.Forward(x[0], x[1], Padding).Flatten(0, 1), x[2].Flatten(), ignoreIndex: Padding), new CosineSchedule(steps, 150, 0.02));
        return ((Seq2Seq)model.Eval(), losses);
    }
}
