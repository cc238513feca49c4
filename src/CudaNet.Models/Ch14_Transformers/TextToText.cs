using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Section 14.13.3: every task is a text to a text, told apart by its first words.</summary>
internal sealed class TextToText() : CourseSystem("14.t5", "T5: text to text", "Every task has a prefix and becomes a text from a text.")
{
    private const int Vocabulary = 20, Length = 5, Copy = 2, Reverse = 3, First = 4;

    public override void Run(SystemContext context) => ToyText.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("parameters of T5 small", Model.FromShapes(() => new T5(T5Config.Small)).ParameterCount, 60_506_624);
        var model = new T5(new(2, 64, 4, 16, 128, Vocabulary), context.Random());
        var random = context.Random(1);
        const int steps = 1500;
        Learn.Steps(new AdamW(model.Parameters(), 3e-3, weightDecay: 0), steps, _ => [.. Batch(random, 32, Copy).Zip(Batch(random, 32, Reverse), (a, b) => Tensor.Concat([a, b]).Realize())],
            x => Loss.CrossEntropy(model.Forward(x[0], x[1]).Flatten(0, 1), x[2].Flatten()), new CosineSchedule(steps, 50, 0.02));
        model.Eval();
        foreach (var (name, task) in new[] { ("copy", Copy), ("reverse", Reverse) })
        {
            var batch = Batch(context.Random(2 + task), 300, task);
            // Word by word from what was decoded, over a cache.
            var memory = model.Encode(batch[0]).Realize();
            var cache = new StaticKvCache(model.CacheShape, 300, Length);
            var word = batch[1].Narrow(1, 0, 1).Realize();
            var words = new List<Tensor>();
            var next = Compiled.Of((Tensor x) => model.Decode(x, memory, null, cache).ArgMax(-1));
            for (var k = 0; k < Length; k++)
            {
                words.Add(word = k == 0 ? model.Decode(word, memory, null, cache).ArgMax(-1).Realize() : next(word).Realize());
                cache.Advance(1);
            }
            yield return Figure.AtLeast($"{name}: texts of five words that are right", Tensor.Concat([.. words], 1).Eq(batch[2]).All(1).To(DType.Float64).Mean().Item(), 0.99);
        }
    }

    private static Tensor[] Batch(RandomStream random, long count, int task)
    {
        var words = random.Integers([count, Length], First, Vocabulary).Realize();
        var target = (task == Reverse ? words.Flip(1) : words).Realize();
        return [Tensor.Concat([Tensor.Full([count, 1], task, DType.Int64), words], 1).Realize(), Tensor.Concat([Tensor.Ones([count, 1], DType.Int64), target.Narrow(1, 0, Length - 1)], 1).Realize(), target];
    }
}
