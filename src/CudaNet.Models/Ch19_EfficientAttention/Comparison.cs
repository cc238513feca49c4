using System.Diagnostics;
using CudaNet.Models.Language;
using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Generation;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Nn.Text;

namespace CudaNet.Models.Ch19_EfficientAttention;

/// <summary>Section 19.7: memory, speed and quality of the four attentions, of equal sizes and training.</summary>
internal sealed class Comparison() : CourseSystem("19.comparison", "MHA, MQA, GQA and MLA compared", "Memory, quality and complexity of the techniques.")
{
    private const int Context = 64;

    private sealed record Row(string Name, long Parameters, long Bytes, double Cached, double Uncached, double Loss);

    public override void Run(SystemContext context)
    {
        context.Out.WriteLine("attention   parameters   bytes a token, f16   tokens/s with cache   without   held-out loss");
        foreach (var row in Table(context))
            context.Out.WriteLine($"{row.Name,-9}   {row.Parameters,10:N0}   {row.Bytes,18:N0}   {row.Cached,19:N0}   {row.Uncached,7:N0}   {row.Loss,13:F4}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var rows = Table(context).ToList();
        foreach (var row in rows)
        {
            yield return Figure.Report($"{row.Name}: bytes a token", row.Bytes);
            yield return Figure.Report($"{row.Name}: held-out loss", row.Loss);
            yield return Figure.Report($"{row.Name}: tokens a second over a cache", row.Cached);
        }
        yield return Figure.Equal("cache of MHA / MQA", rows[0].Bytes / (double)rows[2].Bytes, 4);
        yield return Figure.Equal("cache of MHA / GQA", rows[0].Bytes / (double)rows[1].Bytes, 2);
        yield return Figure.AtLeast("cache of MHA / MLA", rows[0].Bytes / (double)rows[3].Bytes, 2);
        yield return Figure.AtMost("worst loss / that of MHA", rows.Max(row => row.Loss) / rows[0].Loss, 1.1);
    }

    private static IEnumerable<Row> Table(SystemContext context)
    {
        var corpus = TextCorpus.Load();
        var tokenizer = ByteLevelBpe.Train([corpus.Train[..100_000]], 400);
        int[] train = tokenizer.Encode(corpus.Train, false), test = tokenizer.Encode(corpus.Test, false);
        var tokens = tokenizer.VocabularySize;
        foreach (var (name, heads) in new[] { ("MHA", 4), ("GQA", 2), ("MQA", 1) })
            yield return Measure(context, name, new Llama(new(2, 64, 160, 4, heads, tokens, null), context.Random()), train, test);
        yield return Measure(context, "MLA", new DeepSeek(new(2, 64, 4, 160, 0, 1, 1, 0, tokens) { DenseLayers = 2, Latent = 32, Depth = 16, RotaryDepth = 8 }, context.Random()), train, test);
    }

    private static Row Measure(SystemContext context, string name, CausalModel model, int[] train, int[] test)
    {
        var steps = context.Pick(250, 150);
        var loader = new DataLoader(TokenWindows.Drawn(train, Context, steps * 16), 16, seed: context.Seed, prefetch: 0);
        var batches = loader.Epoch(0).GetEnumerator();
        Learn.Steps(new AdamW(model.Parameters(), 3e-3, 0.9, 0.95), steps, _ =>
        {
            batches.MoveNext();
            return [batches.Current.Inputs];
        }, x => model.LossOf(x[0]), new CosineSchedule(steps, 20, 0.05));
        model.Eval();
        var held = TokenWindows.Along(test, Context, Context).Take(100).All().Inputs;
        var generator = new Generator(model);
        const int count = 64;
        double Rate(Action act)
        {
            act();
            var clock = Stopwatch.StartNew();
            act();
            return count / clock.Elapsed.TotalSeconds;
        }
        var cached = Rate(() => generator.Generate([1], GenerationOptions.Greedy with { MaxTokens = count }));
        var whole = Compiled.Of((Tensor x) => model.Forward(x).Narrow(1, count - 1, 1).ArgMax(-1));
        var row = Tensor.Zeros([1, count], DType.Int64).Realize();
        var uncached = Rate(() =>
        {
            for (var k = 0; k < count; k++) whole(row).Realize();
        });
        return new(name, model.ParameterCount, model.CacheShape.Bytes(1, 1), cached, uncached, model.LossOf(held).Item());
    }
}

/// <summary>Section 19.7.</summary>
internal sealed class LlamaSystem() : CourseSystem("19.llama", "A decoder in the style of Llama and Mistral", "Rotary positions and grouped heads, as Llama and Mistral have them.")
{
    public override void Run(SystemContext context) => SharedHeads.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("parameters of Llama 2 7B, in thousands", Model.FromShapes(() => new Llama(LlamaConfig.Llama2)).ParameterCount / 1e3, 6_738_415.616);
        yield return Figure.Equal("parameters of Mistral 7B, in thousands", Model.FromShapes(() => new Llama(LlamaConfig.Mistral)).ParameterCount / 1e3, 7_241_732.096);
        var model = new Llama(new(2, 48, 96, 4, 2, 40, null) { SlidingWindow = 8 }, context.Random());
        var tokens = context.Random(1).Integers([8, 33], 0, 40).Realize();
        var losses = Learn.Steps(new AdamW(model.Parameters(), 5e-3), 100, () => model.LossOf(tokens));
        yield return Figure.AtMost("a small one: last loss / first", losses[^1] / losses[0], 0.2);
        model.Eval();
        var options = GenerationOptions.Greedy with { MaxTokens = 60 };
        long[] prompt = tokens.Select(0, 0).Narrow(0, 0, 12).ToArray<long>();
        var ring = new Generator(model).Generate(prompt, options);
        yield return Figure.Holds("over a ring of 8 tokens it writes what it writes over all", ring.SequenceEqual(new Generator(model, rows => new StaticKvCache(model.CacheShape, rows, 16, grows: true)).Generate(prompt, options)));
        yield return Figure.Equal("what it learnt by heart, written again: words of 16 that are right", ring.Take(16).Zip(tokens.Select(0, 0).Narrow(0, 12, 16).ToArray<long>()).Count(pair => pair.First == pair.Second), 16, 1);
        yield return Figure.Equal("bytes of the ring after 72 tokens / after 12", new SlidingKvCache(model.CacheShape, 1, 8).Bytes / (8.0 * model.CacheShape.ElementsPerToken * 4), 1);
    }
}
