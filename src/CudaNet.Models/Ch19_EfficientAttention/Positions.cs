using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;

namespace CudaNet.Models.Ch19_EfficientAttention;

/// <summary>Section 19.5.</summary>
internal sealed class AbsoluteLimits() : CourseSystem("19.absolute-limits", "Limits of absolute positions", "A learned table ends somewhere, and its rows know nothing of one another.")
{
    public override void Run(SystemContext context) => SharedHeads.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var model = new Gpt2(new(1, 16, 2, 20, 8), context.Random());
        string Refusal(Action act)
        {
            try
            {
                act();
                return "";
            }
            catch (ShapeException error)
            {
                return error.Message;
            }
        }
        yield return Figure.Holds("9 tokens for a table of 8 are refused, naming both", Refusal(() => model.Forward(Tensor.Zeros([1, 9], DType.Int64))) is var text && text.Contains("9 tokens", StringComparison.Ordinal) && text.Contains("end at 8", StringComparison.Ordinal));
        var cache = new StaticKvCache(model.CacheShape, 1, 16);
        cache.Advance(8);
        yield return Figure.Holds("one more behind 8 in a cache is refused", Refusal(() => model.Hidden(Tensor.Zeros([1, 1], DType.Int64), cache)).Contains("8 + 1 tokens", StringComparison.Ordinal));
        var table = new Embedding(8, 16, context.Random(1));
        var gradient = Grad.Of(table.Forward(Tensor.Arange(0, 5, 1, DType.Int64)).Square().Sum(), table.Weight.Value);
        yield return Figure.AtMost("gradient of rows that no text reached", gradient.Narrow(0, 5, 3).Abs().Max().Item(), 0);
        var llama = new Llama(new(1, 16, 32, 2, 1, 20, null), context.Random(2));
        yield return Figure.Holds("rotary positions have no table that ends", llama.Forward(Tensor.Zeros([1, 50], DType.Int64)).IsFinite().All().Item() == 1);
    }
}

/// <summary>Section 19.5: the bias depends on the distance only, so a cache stays valid (the notes say new tokens alter old ones).</summary>
internal sealed class RelativePositions() : CourseSystem("19.relative-bias", "Relative positions of T5", "What counts is how far apart two tokens are.")
{
    public override void Run(SystemContext context)
    {
        SharedHeads.Show(context, Check(context));
        var at = Tensor.Arange(0, 64, 1, DType.Int64);
        context.Draw("relative-bias.png", new Plotting.ImageSheet("Buckets of 64 × 64 distances", [Pictures.Grey(new RelativeBias(1).BucketOf(at - at.Unsqueeze(1)).To(DType.Float32), "both sides"), Pictures.Grey(new RelativeBias(1, bidirectional: false).BucketOf(at - at.Unsqueeze(1)).To(DType.Float32), "causal")], 2, 6));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        bool Buckets(bool both, long[] distances, long[] expected) => new RelativeBias(1, bidirectional: both).BucketOf(Tensor.From(distances)).ToArray<long>().SequenceEqual(expected);
        yield return Figure.Holds("buckets of both sides", Buckets(true, [0, -1, 1, -8, -16, 20, -64, -200], [0, 1, 17, 8, 10, 26, 14, 15]));
        yield return Figure.Holds("buckets of a decoder", Buckets(false, [-15, -32, -64, -127, 3], [15, 21, 26, 31, 0]));
        var random = context.Random();
        var bias = new RelativeBias(2, bidirectional: false, random: random);
        Tensor At(long first) => Tensor.Arange(first, first + 9, 1, DType.Int64);
        var plane = bias.Of(At(0), At(0));
        yield return Figure.AtMost("moved by 1,000: difference", Differences.Largest(bias.Of(At(1000), At(1000)), plane), 0);
        yield return Figure.AtMost("along diagonals: difference", Differences.Largest(plane.Narrow(2, 1, 8).Narrow(3, 1, 8), plane.Narrow(2, 0, 8).Narrow(3, 0, 8)), 0);
        var form = new AttentionForm(2) { Causal = true, Bias = bias, Scale = 1 };
        Tensor q = random.Normal([1, 9, 8]).Realize(), k = random.Normal([1, 9, 8]).Realize(), v = random.Normal([1, 9, 8]).Realize();
        var cache = new StaticKvCache(new(1, 2, 4, 4), 1, 16);
        double worst = 0;
        for (var at = 0; at < 9; at++)
        {
            worst = Math.Max(worst, Differences.Largest(Attention.Of(q.Narrow(1, at, 1), k.Narrow(1, at, 1), v.Narrow(1, at, 1), form, null, cache[0]), Attention.Of(q, k, v, form).Narrow(1, at, 1)));
            cache.Advance(1);
        }
        yield return Figure.AtMost("over a cache minus at once", worst, 1e-6);
    }
}

/// <summary>Section 19.5. The score has R(m)ᵀR(n) = R(n − m), not R(m − n), and each pair has an angle of its own.</summary>
internal sealed class RopeSystem() : CourseSystem("19.rope", "Rotary positions", "Queries and keys are turned by their positions, so that scores depend on distances; nothing is learned, and a cache keeps turned keys.")
{
    public override void Run(SystemContext context)
    {
        SharedHeads.Show(context, Check(context));
        var plot = new Plotting.CurvePlot("Score of a row with itself by distance, depth 64", "distance", "score / score at 0");
        double[] distances = [.. Enumerable.Range(0, 200).Select(d => (double)d)];
        foreach (var (name, scaling) in new (string, RotaryScaling?)[] { ("plain", null), ("linear 4", RotaryScaling.Linear(4)), ("NTK 4", RotaryScaling.Ntk(4)), ("YaRN 4", RotaryScaling.Yarn(4, 2048)) })
        {
            var rotary = new Rotary(64, scaling: scaling);
            plot.Add(name, distances, [.. distances.Select(d => rotary.Frequencies.Average(f => Math.Cos(d * f)))]);
        }
        context.Draw("rope.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor Row(params double[] x) => Tensor.From(x, [1, 1, 1, x.Length]);
        Tensor q = Row(1, 2, 3, 4), k = Row(.5, -1, 2, .25);
        foreach (var (name, interleaved, golden) in new (string, bool, double[])[] { ("neighbours", true, [2.2015107347, -0.3915999037, 2.7963341041, 4.1449385494]), ("halves", false, [3.1604350095, 1.7975838437, -0.1079377183, 4.0949593801]) })
        {
            var rotary = new Rotary(4, interleaved: interleaved);
            Tensor At(Tensor x, long position) => rotary.Rotate(x, Tensor.From([position], [1]));
            double Score(long m, long n) => (At(q, m) * At(k, n)).Sum().Item();
            yield return Figure.AtMost($"pairs of {name}: minus the golden values", Differences.Largest(At(q, 5).Flatten(), golden), 1e-9);
            if (interleaved) yield return Figure.Equal("score at (5, 3)", Score(5, 3), 5.6592351143, 1e-9);
            yield return Figure.AtMost($"pairs of {name}: score at (100,005, 100,003) minus (5, 3)", Math.Abs(Score(100_005, 100_003) - Score(5, 3)), 1e-6);
            yield return Figure.AtMost($"pairs of {name}: norm that is turned minus before", Math.Abs(At(q, 777).Norm().Item() - q.Norm().Item()), 1e-9);
        }
        Tensor Turn(double a) => Tensor.From(new[,] { { Math.Cos(a), -Math.Sin(a) }, { Math.Sin(a), Math.Cos(a) } });
        yield return Figure.AtMost("R(a)·R(b) minus R(a + b)", Differences.Largest(Turn(.3).MatMul(Turn(.9)), Turn(1.2)), 1e-12);
        var random = context.Random();
        var rows = random.Normal([1, 2, 40, 16]).Realize();
        var form = new AttentionForm(2) { Causal = true, Rotary = new(16) };
        Tensor x = Attention.MergeHeads(rows).Realize(), whole = Attention.Of(x, x, x, form);
        var cache = new StaticKvCache(new(1, 2, 16, 16), 1, 64);
        double worst = 0;
        for (var at = 0; at < 40; at++)
        {
            var one = x.Narrow(1, at, 1);
            worst = Math.Max(worst, Differences.Largest(Attention.Of(one, one, one, form, null, cache[0]), whole.Narrow(1, at, 1)));
            cache.Advance(1);
        }
        yield return Figure.AtMost("turned keys from a cache minus at once", worst, 1e-5);
        yield return Figure.Equal("NTK 4: slowest pair, slowed by", new Rotary(64).Frequencies[^1] / new Rotary(64, scaling: RotaryScaling.Ntk(4)).Frequencies[^1], 4, 1e-9);
        yield return Figure.Equal("YaRN 4: fastest and slowest pair, slowed by 1 and", new Rotary(64).Frequencies[^1] / new Rotary(64, scaling: RotaryScaling.Yarn(4, 2048)).Frequencies[^1] * new Rotary(64, scaling: RotaryScaling.Yarn(4, 2048)).Frequencies[0], 4, 1e-9);
    }
}
