using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;

namespace CudaNet.Models.Ch19_EfficientAttention;

/// <summary>Section 19.9.</summary>
internal sealed class SparseAttention() : CourseSystem("19.sparse-attention", "Block-sparse attention", "A future direction: attention to a part of the keys only.")
{
    private const int Block = 16;

    public override void Run(SystemContext context) => SharedHeads.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        const int blocks = 8, kept = 3;
        Tensor Draw(long length, long depth) => random.Normal([1, 2, length, depth]).Realize();
        Tensor q = Draw(blocks * Block, 8), k = Draw(blocks * Block, 8), v = Draw(blocks * Block, 8);
        // Each block of queries sees three blocks of keys, drawn.
        var mask = Drawn(random, blocks, kept);
        var dense = mask.Blocks.RepeatInterleave(Block, 0).RepeatInterleave(Block, 1);
        var y = q.ScaledDotProductAttention(k, v, blocks: mask);
        yield return Figure.AtMost("minus dense attention with the same mask", Differences.Largest(y, q.ScaledDotProductAttention(k, v, dense)), 1e-5);
        var seen = dense.Any(0).ToArray<bool>();
        yield return Figure.AtMost("gradient of values that nobody sees", Grad.Of(y.Sum(), v).Abs().Sum((int[])[0, 1, 3]).ToDoubles().Where((_, at) => !seen[at]).DefaultIfEmpty(0).Max(), 0);
        // 64 blocks of 64 of which 8 or 32 are seen: four times the work. The kernel's fixed costs count for both.
        const int many = 64, large = 64;
        Tensor rows = Draw(many * large, 64);
        yield return Figure.Equal("time of 32 of 64 blocks / 8 of 64", Seconds(rows, Drawn(random, many, 32, large)) / Seconds(rows, Drawn(random, many, 8, large)), 4, 1.5);
    }

    /// <summary>Blocks of keys, drawn for each block of queries.</summary>
    private static BlockMask Drawn(RandomStream random, int blocks, int kept, int size = Block)
    {
        var chosen = Tensor.Stack([.. Enumerable.Range(0, blocks).Select(_ => random.Permutation(blocks).Narrow(0, 0, kept))]);
        return new(Tensor.Zeros([blocks, blocks], DType.Bool).Scatter(chosen, Tensor.Ones([blocks, kept], DType.Bool), 1).Realize(), size);
    }

    private static double Seconds(Tensor rows, BlockMask mask)
    {
        var attend = Compiled.Of((Tensor x) => x.ScaledDotProductAttention(x, x, blocks: mask));
        return Timing.LeastSeconds(20, () => attend(rows).Dispose());
    }
}

/// <summary>Section 19.9: a span that is learnt (Sukhbaatar et al. 2019).</summary>
internal sealed class AdaptiveAttention() : CourseSystem("19.adaptive-attention", "Adaptive span", "A future direction: as much attention as the task needs.")
{
    private const int Length = 24, Words = 12;
    private const double Ramp = 4;

    public override void Run(SystemContext context)
    {
        foreach (var distance in new[] { 1, 4, 8, 14 })
        {
            var (span, accuracy) = Train(context, distance);
            context.Out.WriteLine($"the word {distance} places back: span {span:F1}, {accuracy:P0} right");
        }
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (near, right) = Train(context, 2);
        var (far, also) = Train(context, 12);
        yield return Figure.AtLeast("span of the far task minus that of the near one", far - near, 4);
        yield return Figure.Report("span of the near task", near);
        yield return Figure.AtLeast("near task: words that are right", right, 0.95);
        yield return Figure.AtLeast("far task: words that are right", also, 0.95);
    }

    /// <summary>Scores are learnt numbers of each distance; weights are multiplied by a ramp that falls at a learnt span, which costs.</summary>
    private static (double Span, double Accuracy) Train(SystemContext context, int distance)
    {
        var random = context.Random(distance);
        Parameter scores = new(Tensor.Zeros([Length]), "scores"), span = new(Tensor.Full([], (double)Length / 2), "span");
        var table = new Embedding(Words, 16, random);
        var head = new Linear(16, Words, random: random);
        var at = Tensor.Arange(0, Length, 1, DType.Int64);
        var back = at.Unsqueeze(1) - at;
        Tensor Logits(Tensor tokens)
        {
            var soft = ((span.Value + Ramp - back.To(DType.Float32)) / Ramp).Clamp(0, 1);
            var weights = (back >= 0).Where(scores.Value.Take(back.Maximum(0), 0), double.NegativeInfinity).Softmax() * soft;
            return head.Forward((weights / (weights.Sum(1, keepDims: true) + 1e-6)).MatMul(table.Forward(tokens)));
        }
        Tensor Batch() => random.Integers([32, Length], 0, Words).Realize();
        Tensor Kept(Tensor logits) => logits.Narrow(1, distance, Length - distance);
        Tensor Wanted(Tensor tokens) => tokens.Narrow(1, 0, Length - distance);
        Learn.Steps(new Adam([scores, span, .. table.Parameters(), .. head.Parameters()], 0.05), 400, _ => [Batch()], x => Loss.CrossEntropy(Kept(Logits(x[0])).Flatten(0, 1), Wanted(x[0]).Flatten()) + span.Value.Relu() * 0.02);
        var test = Batch();
        return (span.Value.Item(), Kept(Logits(test)).ArgMax(-1).Eq(Wanted(test)).To(DType.Float64).Mean().Item());
    }
}

/// <summary>Section 19.8.</summary>
internal sealed class MixedPrecisionSystem() : CourseSystem("19.mixed-precision", "Mixed precision", "Products in 16 bits with sums and master weights in 32, a loss that is scaled, and 8-bit storage for decoding.")
{
    // The logarithm of the first scale: too great on purpose, 256 times the usual 2¹⁶, so that some of the 96 steps overflow and are seen to be left out.
    private const int Scale = 24;

    public override void Run(SystemContext context)
    {
        context.Draw("mixed-precision.png", Pictures.Curves("A small GPT in three precisions", "loss", false, ("32 bits", Train(context, null).Losses), ("bfloat16", Train(context, DType.BFloat16).Losses), ("float16, scaled", Train(context, DType.Float16).Losses)));
        SharedHeads.Show(context, Check(context));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var full = Train(context, null);
        foreach (var (name, type, bound) in new[] { ("bfloat16", DType.BFloat16, 0.01), ("float16", DType.Float16, 0.02) })
        {
            var mixed = Train(context, type);
            yield return Figure.AtMost($"{name}: mean loss of the last epochs against 32 bits, relative", Math.Abs(mixed.Losses[^3..].Average() / full.Losses[^3..].Average() - 1), bound);
            if (type != DType.Float16) continue;
            yield return Figure.AtLeast("float16 from a scale of 2²⁴: steps that overflowed and were left out", mixed.Skipped, 1);
            yield return Figure.Holds("master weights are of 32 bits", mixed.Model.Parameters().All(p => p.DType == DType.Float32));
        }
        var rows = context.Random(3).Normal([2, 20, 32]).Realize();
        var form = new AttentionForm(4) { Causal = true };
        var whole = Attention.Of(rows, rows, rows, form);
        var cache = new StaticKvCache(new(1, 4, 8, 8), 2, 32, storage: KvStorage.Int8);
        var quantised = Attention.Of(rows, rows, rows, form, null, cache[0]);
        yield return Figure.AtLeast("8-bit cache: cosine of results with those of 32 bits", ((whole * quantised).Sum() / (whole.Norm() * quantised.Norm())).Item(), 0.999);
        var layer = new Linear(32, 96, random: context.Random(4));
        Tensor exact = layer.Forward(rows), rounded = new QuantizedLinear(layer).Forward(rows);
        yield return Figure.AtLeast("8-bit weights: cosine of results with those of 32 bits", ((exact * rounded).Sum() / (exact.Norm() * rounded.Norm())).Item(), 0.999);
        yield return Figure.AtMost("8-bit cache: bytes / those of 32 bits", cache.Bytes / (double)new StaticKvCache(new(1, 4, 8, 8), 2, 32).Bytes, 0.376);
    }

    private static (double[] Losses, double Skipped, Module Model) Train(SystemContext context, DType? type)
    {
        var model = new Gpt2(new(2, 32, 4, 30, 16, 0), context.Random());
        // Three words in ten are drawn, so that the loss has a floor and curves can be compared.
        var random = context.Random(1);
        var chain = random.Bernoulli([256, 17], 0.3).Where(random.Integers([256, 17], 0, 30), Ch14_Transformers.ToyText.Chains(random, 256, 17, 30)).Realize();
        var scaler = type == DType.Float16 ? new GradScaler(Math.Pow(2, Scale)) : null;
        var trainer = new Trainer(new Language.GptObjective(model), new AdamW(model.Parameters(), 2e-3), (losses, _) => losses.Mean()) { MixedPrecision = type, Scaler = scaler };
        var result = trainer.Fit(new DataLoader(new TensorDataset(chain, chain), 32, shuffle: true, seed: context.Seed), epochs: 12);
        return ([.. result.Epochs.Select(e => e.TrainLoss)], scaler is null ? 0 : Scale - Math.Log2(scaler.Scale), model);
    }
}
