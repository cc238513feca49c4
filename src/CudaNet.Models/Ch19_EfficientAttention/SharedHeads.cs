using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch19_EfficientAttention;

/// <summary>Sections 19.3 and 19.4.</summary>
internal static class SharedHeads
{
    /// <summary>Attention of 8 heads that share some heads of keys, minus that with keys and values repeated; and its gradient minus differences.</summary>
    public static (double Repeated, double Gradient) Against(SystemContext context, long groups)
    {
        var random = context.Random((int)groups);
        Tensor q = random.Normal([2, 8, 5, 4]).Realize(), k = random.Normal([2, groups, 7, 4]).Realize(), v = random.Normal([2, groups, 7, 4]).Realize();
        Tensor All(Tensor x) => x.RepeatInterleave(8 / groups, 1);
        var gradient = Differences.OfGradient(x => x[0].ScaledDotProductAttention(x[1], x[2], causal: true), q.Narrow(0, 0, 1).Narrow(2, 0, 2), k.Narrow(0, 0, 1).Narrow(2, 0, 3), v.Narrow(0, 0, 1).Narrow(2, 0, 3));
        return (Differences.Largest(q.ScaledDotProductAttention(k, v), q.ScaledDotProductAttention(All(k), All(v))), gradient);
    }

    /// <summary>Bytes of a cache whose 32 heads share some, 16 bits, 4,096 tokens, 32 layers.</summary>
    public static long Bytes(long groups) => new KvShape(32, groups, 128, 128).Bytes(1, 4096);

    public static void Show(SystemContext context, IEnumerable<Figure> figures)
    {
        foreach (var figure in figures) context.Out.WriteLine(figure);
    }
}

/// <summary>Section 19.3: Shazeer 2019.</summary>
internal sealed class Mqa() : CourseSystem("19.mqa", "Multi-query attention", "All heads share one key and value: the cache is smaller by their number.")
{
    public override void Run(SystemContext context) => SharedHeads.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (repeated, gradient) = SharedHeads.Against(context, 1);
        yield return Figure.AtMost("minus multi-head attention with the key repeated", repeated, 1e-6);
        yield return Figure.AtMost("gradient minus differences", gradient, 1e-5);
        yield return Figure.Equal("bytes of the cache", SharedHeads.Bytes(1), 67_108_864);
        yield return Figure.Equal("cache of 32 heads / shared", SharedHeads.Bytes(32) / (double)SharedHeads.Bytes(1), 32);
    }
}

/// <summary>Section 19.4: Ainslie et al. 2023.</summary>
internal sealed class Gqa() : CourseSystem("19.gqa", "Grouped-query attention", "G groups of heads share a key and value each: G = H is multi-head, G = 1 multi-query attention.")
{
    public override void Run(SystemContext context) => SharedHeads.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var groups in new long[] { 2, 4 })
        {
            var (repeated, gradient) = SharedHeads.Against(context, groups);
            yield return Figure.AtMost($"{groups} groups of 8 heads minus repeated keys", repeated, 1e-6);
            yield return Figure.AtMost($"{groups} groups: gradient minus differences", gradient, 1e-5);
        }
        var random = context.Random(9);
        Tensor q = random.Normal([1, 6, 24]).Realize(), k = random.Normal([1, 6, 24]).Realize(), v = random.Normal([1, 6, 24]).Realize();
        var plain = Attention.SplitHeads(q, 4).ScaledDotProductAttention(Attention.SplitHeads(k, 4), Attention.SplitHeads(v, 4));
        yield return Figure.AtMost("as many groups as heads minus multi-head attention, bit for bit", Differences.Largest(Attention.Of(q, k, v, new(4, 4)), Attention.MergeHeads(plain)), 0);
        Tensor one = k.Narrow(2, 0, 6), value = v.Narrow(2, 0, 6);
        yield return Figure.AtMost("one group minus multi-query attention, bit for bit", Differences.Largest(Attention.Of(q, one, value, new(4, 1)), Attention.MergeHeads(Attention.SplitHeads(q, 4).ScaledDotProductAttention(one.Unsqueeze(1), value.Unsqueeze(1)))), 0);
        // From trained heads to groups: the mean of each group's keys (Ainslie et al. 2023), exact where those are equal.
        Tensor equal = k.Narrow(2, 0, 12).Reshape(1, 6, 2, 6).RepeatInterleave(2, 2).Reshape(1, 6, 24), pooled = equal.Reshape(1, 6, 2, 2, 6).Mean(3).Reshape(1, 6, 12);
        yield return Figure.AtMost("mean pooling of equal heads", Differences.Largest(Attention.Of(q, pooled, pooled, new(4, 2)), Attention.Of(q, equal, equal, new(4))), 1e-6);
        yield return Figure.Equal("bytes of the cache with 8 of 32 heads", SharedHeads.Bytes(8), 536_870_912);
        yield return Figure.Equal("80 layers, 8 of 64 heads", new KvShape(80, 8, 128, 128).Bytes(1, 4096), 1_342_177_280);
    }
}
