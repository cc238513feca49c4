using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Section 14.13.5: attention whose cost grows with the length, not with its square.</summary>
internal sealed class Longformer() : CourseSystem("14.longformer", "Longformer: windows and global tokens", "Each token sees its neighbours, a few see and are seen by all.")
{
    public override void Run(SystemContext context) => Shown(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor Draw(long length, long depth) => random.Normal([1, 2, length, depth]).Realize();
        Tensor q = Draw(48, 8), k = Draw(48, 8), v = Draw(48, 8);
        yield return Figure.AtMost("window 4, 3 global tokens: minus dense attention with the same mask", Differences.Largest(Attend(q, k, v, 4, 3), q.ScaledDotProductAttention(k, v, Mask(48, 4, 3))), 1e-5);
        yield return Figure.AtMost("a window over everything: minus full attention", Differences.Largest(Attend(q, k, v, 47, 0), q.ScaledDotProductAttention(k, v)), 1e-5);
        yield return Figure.AtMost("operations of 8,192 tokens / 2,048", Work(8192, 64) / Work(2048, 64), 4.8);
        yield return Figure.Report("time of 8,192 tokens / 2,048", Seconds(8192) / Seconds(2048));
    }

    /// <summary>Local and global attention by blocks of a window's size: memory and time grow with the length.</summary>
    internal static Tensor Attend(Tensor q, Tensor k, Tensor v, long window, long global)
    {
        long batch = q.Shape[0], heads = q.Shape[1], length = q.Shape[2], block = Math.Max(1, window);
        var blocks = (length + block - 1) / block;
        Tensor Filled(Tensor x, long before, long after) => x.Pad([0, 0, before, 0], [0, 0, after, 0]);
        Tensor Blocks(Tensor x, long first) => x.Narrow(2, first * block, blocks * block).Reshape(batch, heads, blocks, block, x.Shape[3]).Permute(0, 2, 1, 3, 4).Reshape(batch * blocks, heads, block, x.Shape[3]);
        Tensor Near(Tensor x)
        {
            var padded = Filled(x, block, blocks * block - length + block);
            var all = Tensor.Concat([Blocks(padded, 0), Blocks(padded, 1), Blocks(padded, 2)], 2);
            return global == 0 ? all : Tensor.Concat([x.Narrow(2, 0, global).Reshape(batch, 1, heads, global, x.Shape[3]).ExpandTo([batch, blocks, heads, global, x.Shape[3]]).Reshape(batch * blocks, heads, global, x.Shape[3]), all], 2);
        }
        // Positions of queries [blocks, block, 1] and of the keys beside them [blocks, 1, 3 · block].
        var start = Tensor.Arange(0, blocks, 1, DType.Int64).Reshape(blocks, 1, 1) * block;
        Tensor queries = start + Tensor.Arange(0, block, 1, DType.Int64).Reshape(1, block, 1), keys = start + Tensor.Arange(-block, 2 * block, 1, DType.Int64).Reshape(1, 1, 3 * block);
        var mask = ((keys - queries).Abs() <= window) & (keys >= global) & (keys < length);
        if (global > 0) mask = Tensor.Concat([Tensor.Ones([blocks, block, global], DType.Bool), mask], 2);
        mask = mask.Unsqueeze(0).ExpandTo([batch, blocks, block, mask.Shape[2]]).Reshape(batch * blocks, 1, block, mask.Shape[2]);
        var y = Blocks(Filled(q, 0, blocks * block - length), 0).ScaledDotProductAttention(Near(k), Near(v), mask)
            .Reshape(batch, blocks, heads, block, v.Shape[3]).Permute(0, 2, 1, 3, 4).Reshape(batch, heads, blocks * block, v.Shape[3]).Narrow(2, 0, length);
        return global == 0 ? y : Tensor.Concat([q.Narrow(2, 0, global).ScaledDotProductAttention(k, v), y.Narrow(2, global, length - global)], 2);
    }

    private static Tensor Mask(long length, long window, long global)
    {
        Tensor at = Tensor.Arange(0, length, 1, DType.Int64), distance = at - at.Unsqueeze(1);
        return (distance.Abs() <= window) | (at < global) | (at.Unsqueeze(1) < global);
    }

    private static double Work(long length, long window)
    {
        var x = Tensor.Zeros([1, 1, length, 16]).Realize();
        return Compiled.PlanOf(a => [Attend(a[0], a[0], a[0], window, 2)], x).Steps.Sum(step => (double)step.Flops);
    }

    private static double Seconds(long length)
    {
        var x = Tensor.Zeros([1, 1, length, 16]).Realize();
        var run = Compiled.Of((Tensor a) => Attend(a, a, a, 64, 2));
        run(x).Realize();
        return Timing.LeastSeconds(5, () => run(x).Realize());
    }

    internal static void Shown(SystemContext context, IEnumerable<Figure> figures)
    {
        foreach (var figure in figures) context.Out.WriteLine(figure);
    }
}

/// <summary>Positive orthogonal random features: softmax(q·k) is the mean of φ(q)·φ(k), so that keys and values are summed up once.</summary>
internal sealed class Performer() : CourseSystem("14.performer", "Performer: attention by random features", "A kernel approximates the softmax, so the product with the values can be taken first: O(n).")
{
    public override void Run(SystemContext context)
    {
        int[] counts = [16, 64, 256, 1024];
        context.Draw("performer.png", new Plotting.CurvePlot("Error of the approximation", "random features", "mean error") { LogX = true, LogY = true }.Add("orthogonal", [.. counts.Select(m => (double)m)], [.. counts.Select(m => Error(context, m, 5))]));
        Longformer.Shown(context, Check(context));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var draws = context.Pick(20, 8);
        double[] counts = [64, 256, 1024], errors = [.. counts.Select(m => Math.Log(Error(context, (int)m, draws)))], at = [.. counts.Select(m => Math.Log(m))];
        double mean = at.Average(), slope = at.Zip(errors, (x, y) => (x - mean) * y).Sum() / at.Sum(x => (x - mean) * (x - mean));
        yield return Figure.Equal("slope of log error over log features", slope, -0.5, 0.15);
        var random = context.Random();
        Tensor q = random.Normal([20, 8]).Realize(), k = random.Normal([20, 8]).Realize(), v = random.Normal([20, 8]).Realize(), w = Projection(random, 32, 8);
        Tensor a = Features(q, w), b = Features(k, w);
        yield return Figure.AtLeast("least feature", a.Min().Item(), 0);
        var weights = a.MatMul(b.T);
        yield return Figure.AtMost("sums first minus weights first", Differences.Largest(Attend(q, k, v, w), weights.MatMul(v) / weights.Sum(1, keepDims: true)), 1e-5);
        var causal = weights.Tril();
        yield return Figure.AtMost("the same, causal by running sums", Differences.Largest(Attend(q, k, v, w, causal: true), causal.MatMul(v) / causal.Sum(1, keepDims: true)), 1e-5);
        double Work(long n) => Compiled.PlanOf(x => [Attend(x[0], x[0], x[0], w)], Tensor.Zeros([n, 8]).Realize()).Steps.Sum(step => (double)step.Flops);
        yield return Figure.AtMost("operations of 8,192 tokens / 2,048", Work(8192) / Work(2048), 4.2);
    }

    private static double Error(SystemContext context, int features, int draws)
    {
        var random = context.Random(features);
        double sum = 0;
        for (var k = 0; k < draws; k++)
        {
            Tensor q = (random.Normal([32, 16]) / 2).Realize(), key = (random.Normal([32, 16]) / 2).Realize(), v = random.Normal([32, 16]).Realize();
            sum += (Attend(q, key, v, Projection(random, features, 16)) - q.ScaledDotProductAttention(key, v)).Square().Mean().Sqrt().Item();
        }
        return sum / draws;
    }

    /// <summary>Rows that are orthogonal in blocks and as long as normal ones.</summary>
    private static Tensor Projection(RandomStream random, int features, int depth)
    {
        var blocks = Enumerable.Range(0, (features + depth - 1) / depth).Select(_ => Linalg.Qr(random.Normal([depth, depth])).Q).ToArray();
        var lengths = random.Normal([blocks.Length * depth, depth]).Square().Sum(1, keepDims: true).Sqrt();
        return (Tensor.Concat(blocks) * lengths).Narrow(0, 0, features).Realize();
    }

    private static Tensor Features(Tensor x, Tensor w)
    {
        var scaled = x * Math.Pow(x.Shape[1], -0.25);
        return (scaled.MatMul(w.T) - scaled.Square().Sum(1, keepDims: true) / 2).Exp() / Math.Sqrt(w.Shape[0]);
    }

    private static Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor w, bool causal = false)
    {
        Tensor a = Features(q, w), b = Features(k, w);
        if (!causal) return a.MatMul(b.T.MatMul(v)) / a.MatMul(b.Sum(0).Unsqueeze(1));
        var sums = (b.Unsqueeze(2) * v.Unsqueeze(1)).CumSum(0); // [n, features, depth]
        return a.Unsqueeze(1).MatMul(sums).Squeeze(1) / (a * b.CumSum(0)).Sum(1, keepDims: true);
    }
}

/// <summary>Keys and values of a text of n are projected to fewer.</summary>
internal sealed class Linformer() : CourseSystem("14.linformer", "Linformer: shorter keys and values", "Keys and values are multiplied along the length by E and F, from n to k.")
{
    public override void Run(SystemContext context) => Longformer.Shown(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor Draw(params long[] shape) => random.Normal(new Shape(shape)).Realize();
        Tensor q = Draw(1, 2, 24, 8), k = Draw(1, 2, 24, 8), v = Draw(1, 2, 24, 8), e = Draw(6, 24), f = Draw(6, 24);
        yield return Figure.AtMost("k = n with identities minus full attention", Differences.Largest(Attend(q, k, v, Tensor.Eye(24), Tensor.Eye(24)), q.ScaledDotProductAttention(k, v)), 1e-6);
        yield return Figure.Holds("24 queries look at 6 rows", Attention.Weights(q, e.MatMul(k)).Shape == new Shape(1, 2, 24, 6) && Attend(q, k, v, e, f).Shape == q.Shape);
        yield return Figure.AtMost("one projection for both minus two equal ones", Differences.Largest(Attend(q, k, v, e, e), q.ScaledDotProductAttention(e.MatMul(k), e.MatMul(v))), 1e-6);
        double Work(long n) => Compiled.PlanOf(x => [Attend(x[0], x[0], x[0], x[1], x[1])], Tensor.Zeros([1, 1, n, 8]).Realize(), Tensor.Zeros([16, n]).Realize()).Steps.Sum(step => (double)step.Flops);
        yield return Figure.AtMost("operations of 8,192 tokens / 2,048", Work(8192) / Work(2048), 4.2);
        var refused = false;
        try
        {
            Attend(q, k, v, e, f, causal: true);
        }
        catch (NotSupportedException)
        {
            refused = true;
        }
        yield return Figure.Holds("causal is refused: a shortened row mixes all positions", refused);
    }

    private static Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor e, Tensor f, bool causal = false) => causal
        ? throw new NotSupportedException("Linformer: shortened keys mix all positions, so attention cannot be causal. Use another attention.")
        : q.ScaledDotProductAttention(e.MatMul(k), f.MatMul(v));
}
