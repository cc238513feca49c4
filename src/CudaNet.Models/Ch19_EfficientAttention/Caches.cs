using System.Diagnostics;
using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;

namespace CudaNet.Models.Ch19_EfficientAttention;

/// <summary>Section 19.2. The work of a new token falls from O(n²) to O(n) (the notes write o); sizes are per layer and in values.</summary>
internal sealed class KvCacheSystem() : CourseSystem("19.kv-cache", "KV cache", "Keys and values of past tokens are kept; a new token costs its own work only.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        context.Out.WriteLine("one text of 4,096 tokens, 32 layers, 32 heads of 128, 16 bits:");
        foreach (var (name, shape) in new (string, KvShape)[] { ("MHA", new(32, 32, 128, 128)), ("GQA, 8 heads", new(32, 8, 128, 128)), ("MQA", new(32, 1, 128, 128)), ("MLA, 512 + 64", new(32, 1, 576, 0)) })
            context.Out.WriteLine($"  {name,-14} {shape.Bytes(1, 4096),14:N0} bytes");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var model = Sharp(new Gpt2(new(2, 32, 4, 40, 256), context.Random()));
        var tokens = context.Random(1).Integers([1, 256], 0, 40).Realize();
        var whole = model.Forward(tokens);
        foreach (var (name, cache) in new (string, KvCache)[] { ("static", new StaticKvCache(model.CacheShape, 1, 256)), ("growing", new StaticKvCache(model.CacheShape, 1, 4, grows: true)), ("paged", new PagedKvCache(model.CacheShape, 1, 20, 16, 256)) })
        {
            double worst = 0;
            for (var at = 0; at < 256; at++)
            {
                cache.Reserve(1);
                worst = Math.Max(worst, Differences.Largest(model.Head(model.Hidden(tokens.Narrow(1, at, 1), cache)), whole.Narrow(1, at, 1)));
                cache.Advance(1);
            }
            yield return Figure.AtMost($"{name}: logits minus a whole pass, at each of 256 tokens", worst, 1e-5);
        }
        var small = new KvShape(2, 4, 8, 8);
        yield return Figure.Equal("bytes of a cache minus 2·B·H·L·D of each layer", new StaticKvCache(small, 3, 50, storage: KvStorage.Float16).Bytes - 2L * 2 * (3 * 4 * 50 * 8) * 2, 0);
        yield return Figure.Equal("bytes for 4,096 tokens, 32 layers, 32 heads of 128", new KvShape(32, 32, 128, 128).Bytes(1, 4096), 2_147_483_648);
        yield return Figure.Equal("bytes of GPT-2 small for 1,024 tokens", Model.FromShapes(() => new Gpt2(Gpt2Config.Small)).CacheShape.Bytes(1, 1024), 37_748_736);
        yield return Figure.AtLeast("time of a token without cache / with, 1,024 tokens before it", Ratio(context, 1024), 10);
    }

    /// <summary>Time of a whole pass over that of one token over a cache.</summary>
    private static double Ratio(SystemContext context, int length)
    {
        var model = new Gpt2(new(2, 64, 4, 40, length + 8), context.Random(2)).Eval();
        var tokens = context.Random(3).Integers([1, length], 0, 40).Realize();
        var cache = new StaticKvCache(model.CacheShape, 1, length + 8);
        model.Hidden(tokens, cache).Realize();
        cache.Advance(length);
        var next = tokens.Narrow(1, 0, 1).Realize();
        double Best(Func<Tensor, Tensor> run, Tensor x) => Enumerable.Range(0, 6).Min(_ =>
        {
            var clock = Stopwatch.StartNew();
            run(x).Realize();
            return clock.Elapsed.TotalSeconds;
        });
        return Best(Compiled.Of((Tensor x) => model.Head(model.Hidden(x).Narrow(1, length - 1, 1))), tokens) / Best(Compiled.Of((Tensor x) => model.Head(model.Hidden(x, cache))), next);
    }

    private static Gpt2 Sharp(Gpt2 model)
    {
        foreach (var parameter in model.Parameters())
            if (parameter.Shape.Rank > 1) parameter.Assign((parameter.Value * 4).Realize());
        return model.Eval();
    }
}

/// <summary>Section 19.8.</summary>
internal sealed class VariableLength() : CourseSystem("19.variable-length", "Texts of different lengths, dynamic cache", "Memory is given by need, and no work is done for padding.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var model = new Gpt2(new(2, 32, 4, 30, 64), context.Random()).Eval();
        foreach (var parameter in model.Parameters())
            if (parameter.Shape.Rank > 1) parameter.Assign((parameter.Value * 6).Realize());
        var random = context.Random(1);
        long[] lengths = [3, 17, 9, 26, 5, 12, 21, 8];
        long[][] prompts = [.. lengths.Select(length => random.Integers([length], 0, 30).ToArray<long>())];
        var generator = new Nn.Generation.Generator(model);
        var server = new Nn.Generation.GenerationServer(model, rows: 3, pages: 40, pageSize: 4);
        var requests = prompts.Select((prompt, k) => server.Submit(prompt, new() { MaxTokens = 10, Seed = k })).ToList();
        int steps = 0, waste = 0;
        while (server.Step())
        {
            steps++;
            for (var row = 0; row < 3; row++) waste = Math.Max(waste, server.Cache.PagesOf(row).Count - (int)((server.Cache.Lengths[row] + 3) / 4));
        }
        yield return Figure.Equal("texts served together that differ from each alone", requests.Count(r => !r.Tokens.SequenceEqual(generator.Generate([.. r.Prompt], r.Options))), 0);
        yield return Figure.AtMost("pages of a text beyond those that its tokens fill", waste, 1);
        var work = lengths.Sum() + 10 * lengths.Length;
        yield return Figure.AtMost("steps / (tokens / rows)", steps / (work / 3.0), 1.3);
        server.Cache.Clear();
        yield return Figure.Equal("pages that are lost", 40 - server.Cache.FreePages, 0);
        // Texts behind one another, without padding between them, are what each is alone: to the last bit.
        Tensor x = random.Normal([12, 2, 8]).Realize();
        var packed = x.VarlenAttention(x, x, Tensor.From([0, 5, 8, 12]), causal: true);
        var alone = Tensor.Concat([.. new (long First, long Count)[] { (0, 5), (5, 3), (8, 4) }.Select(part => x.Narrow(0, part.First, part.Count)).Select(rows => rows.VarlenAttention(rows, rows, Tensor.From([0L, rows.Shape[0]]), causal: true))]);
        yield return Figure.Equal("packed minus one by one", Differences.Largest(packed, alone), 0);
    }
}
