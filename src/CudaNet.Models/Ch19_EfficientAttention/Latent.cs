using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch19_EfficientAttention;

/// <summary>Section 19.6. With row vectors c = h·W throughout; the cache holds the rotary key beside the latent row: B·L·(d_c + d_R).</summary>
internal sealed class Mla() : CourseSystem("19.mla", "Multi-head latent attention", "Keys and values of all heads come from one short row, which is all that a cache keeps.")
{
    public override void Run(SystemContext context) => SharedHeads.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var queryLatent in new long[] { 0, 12 })
        {
            var layer = new LatentAttention(32, 4, 16, queryLatent, 8, 4, random: context.Random());
            var x = context.Random(1).Normal([2, 20, 32]).Realize();
            var whole = layer.Forward(x);
            var cache = new StaticKvCache(layer.CacheShape, 2, 32);
            double worst = 0;
            for (long at = 0, count; at < 20; at += count)
            {
                count = at == 0 ? 6 : 1;
                worst = Math.Max(worst, Differences.Largest(layer.Forward(x.Narrow(1, at, count), cache[0]), whole.Narrow(1, at, count)));
                cache.Advance(count);
            }
            yield return Figure.AtMost($"query latent {queryLatent}: absorbed minus expanded", worst, 1e-5);
            yield return Figure.Equal($"query latent {queryLatent}: bytes minus B·L·(d_c + d_R)", cache.Bytes - 2 * 32 * (16 + 4) * 4, 0);
        }
        yield return Figure.AtMost("full rank, no rotary angle: minus multi-head attention", FullRank(context), 1e-5);
        yield return Figure.Equal("bytes, 32 layers, 512 + 64, 4,096 tokens", new KvShape(32, 1, 576, 0).Bytes(1, 4096), 150_994_944);
        yield return Figure.Equal("DeepSeek V2: bytes a token", new KvShape(60, 1, 576, 0).Bytes(1, 1), 69_120);
        yield return Figure.Equal("DeepSeek V2: multi-head cache / latent cache", new KvShape(60, 128, 128, 128).ElementsPerToken / (double)new KvShape(60, 1, 576, 0).ElementsPerToken, 56.9, 0.05);
    }

    /// <summary>A latent row as wide as a row of the model can hold all keys and values: with its norm undone it is multi-head attention.</summary>
    private static double FullRank(SystemContext context)
    {
        const long size = 16, heads = 2, depth = 8;
        var random = context.Random(2);
        var layer = new LatentAttention(size, heads, size, 0, depth, 2, random: random);
        // The latent row is the input itself, and the rotary parts of query and key are nothing.
        layer.KvAProj.Weight.Assign(Tensor.Concat([Tensor.Eye(size), Tensor.Zeros([2, size])]).Realize());
        var query = layer.QProj!.Weight.Value.Reshape(heads, depth + 2, size);
        layer.QProj.Weight.Assign(Tensor.Concat([query.Narrow(1, 0, depth), Tensor.Zeros([heads, 2, size])], 1).Reshape(heads * (depth + 2), size).Realize());
        // Rows of root mean square 1 are not changed by the norm.
        var x = random.Normal([1, 9, size]);
        x = (x / (x.Square().Mean(-1, keepDims: true) + 1e-6).Sqrt()).Realize();
        Tensor Rows(Tensor weight) => Attention.SplitHeads(Linear.Apply(x, weight), heads);
        var both = layer.KvBProj.Weight.Value.Reshape(heads, 2, depth, size);
        Tensor Part(int k) => both.Select(1, k).Reshape(heads * depth, size);
        var plain = layer.QProj.Weight.Value.Reshape(heads, depth + 2, size).Narrow(1, 0, depth).Reshape(heads * depth, size);
        var expected = layer.OProj.Forward(Attention.MergeHeads(Rows(plain).ScaledDotProductAttention(Rows(Part(0)), Rows(Part(1)), causal: true, scale: 1 / Math.Sqrt(depth + 2))));
        return Differences.Largest(layer.Forward(x), expected);
    }
}

/// <summary>Section 19.7.</summary>
internal sealed class DeepSeekSystem() : CourseSystem("19.deepseek", "A decoder with latent attention and experts", "DeepSeek joins multi-head latent attention with a mixture of experts.")
{
    public override void Run(SystemContext context)
    {
        var (losses, dropped) = Train(context);
        context.Out.WriteLine($"loss {losses[0]:F3} to {losses[^1]:F3}, least use of an expert {dropped:P1}");
        context.Draw("deepseek.png", Pictures.Curves("Sixteen texts learnt by heart", "loss", false, ("loss", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var lite = Model.FromShapes(() => new DeepSeek(DeepSeekConfig.V2Lite));
        yield return Figure.Equal("parameters of V2 Lite", lite.ParameterCount, 15_706_484_224);
        yield return Figure.Equal("parameters of V2", Model.FromShapes(() => new DeepSeek(DeepSeekConfig.V2)).ParameterCount, 235_741_434_880);
        var (losses, least) = Train(context);
        yield return Figure.AtMost("small one: last loss / first", losses[^1] / losses[0], 0.5);
        yield return Figure.AtLeast("least share of an expert times their number", least, 0.3);
    }

    private static (double[] Losses, double Least) Train(SystemContext context)
    {
        var model = new DeepSeek(new(2, 32, 4, 64, 24, 4, 2, 1, 40) { Latent = 16, QueryLatent = 16, Depth = 8, RotaryDepth = 4 }, context.Random());
        var tokens = context.Random(1).Integers([16, 17], 0, 40).Realize();
        var losses = Learn.Steps(new AdamW(model.Parameters(), 5e-3), 80, () =>
        {
            var (hidden, balance) = model.Run(tokens.Narrow(1, 0, 16));
            return Loss.CrossEntropy(model.Head(hidden).Flatten(0, 1), tokens.Narrow(1, 1, 16).Flatten()) + balance * 0.05;
        });
        var usage = model.Experts.First().Route(context.Random(2).Normal([256, 32])).Routing.Usage;
        return (losses, usage.Min().Item() * 4);
    }
}
