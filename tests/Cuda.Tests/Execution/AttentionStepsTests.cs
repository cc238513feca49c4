namespace CudaNet.Tests.Execution;

/// <summary>Attention and rotation run by their own kernels, on rows as they lie.</summary>
[NonParallelizable]
public sealed class AttentionStepsTests
{
    [Test]
    public void Attention_of_rows_that_lie_before_heads_is_one_launch_without_copies([Values(DType.Float32, DType.Float16, DType.BFloat16)] DType type)
    {
        using var run = new VirtualRun();
        // [batch, length, heads, depth] as a projection leaves it; the keys' heads are shared.
        Tensor query = Rows([2, 5, 4, 16], type, run), key = Rows([2, 7, 2, 16], type, run), value = Rows([2, 7, 2, 16], type, run);
        int before = run.Launches;
        double[] actual = Attend(query, key, value).ToDoubles();
        Assert.That(run.Launches - before, Is.EqualTo(1));
        Assert.That(run.Backend.HostOps, Is.Empty);
        double[] expected = Attend(query.To(Device.Cpu), key.To(Device.Cpu), value.To(Device.Cpu)).ToDoubles();
        // Weights and results are rounded to the type; values are below 1.
        double unit = type == DType.Float32 ? Math.Pow(2, -21) : type == DType.Float16 ? Math.Pow(2, -11) : Math.Pow(2, -8);
        for (int i = 0; i < expected.Length; i++) Assert.That(actual[i], Is.EqualTo(expected[i]).Within(2 * unit), $"element {i}");
    }

    [Test]
    public void The_gradient_of_attention_is_four_launches()
    {
        using var run = new VirtualRun();
        Tensor query = Rows([1, 5, 2, 16], DType.Float32, run), key = Rows([1, 7, 2, 16], DType.Float32, run), value = Rows([1, 7, 2, 16], DType.Float32, run);
        var upstream = Rows([1, 2, 5, 16], DType.Float32, run);
        int before = run.Launches;
        // Forward again, δ, queries, keys.
        new Ops.AttentionGrad(new Ops.AttentionRule(0.25, null, 0)).Apply(Heads(query), Heads(key), Heads(value), upstream).Realize();
        Assert.That(run.Launches - before, Is.EqualTo(4));
        Assert.That(run.Backend.HostOps, Is.Empty);
    }

    [Test]
    public void Packed_sequences_hidden_blocks_dropout_and_logarithms_are_one_launch([Values(DType.Float32, DType.BFloat16)] DType type)
    {
        using var run = new VirtualRun();
        Tensor x = Rows([9, 2, 16], type, run), starts = Tensor.From([0, 3, 9], [2 + 1], run.Device), heads = Rows([1, 2, 9, 16], type, run);
        var blocks = BlockMask.Of(9, 9, 4, (i, j) => i >= j, run.Device);
        var random = new RandomStream(3, run.Device);
        int before = run.Launches;
        var (packed, _) = x.VarlenAttentionWithLogSumExp(x, x, starts, causal: true);
        packed.Sum().Realize();
        Assert.That(run.Launches - before, Is.LessThanOrEqualTo(3), "attention, the rounding of its result and the sum");
        before = run.Launches;
        heads.ScaledDotProductAttention(heads, heads, blocks: blocks, dropout: 0.1, random: random).Realize();
        Assert.That(run.Launches - before, Is.EqualTo(1));
        Assert.That(run.Backend.HostOps, Is.Empty);
    }

    [Test]
    public void Heads_that_are_no_whole_16_bytes_are_decomposed_and_still_right()
    {
        using var run = new VirtualRun();
        Tensor query = Rows([1, 3, 1, 5], DType.Float32, run), key = Rows([1, 4, 1, 5], DType.Float32, run);
        double[] expected = Attend(query.To(Device.Cpu), key.To(Device.Cpu), key.To(Device.Cpu)).ToDoubles(), actual = Attend(query, key, key).ToDoubles();
        for (int i = 0; i < expected.Length; i++) Assert.That(actual[i], Is.EqualTo(expected[i]).Within(1e-6), $"element {i}");
    }

    private static Tensor Attend(Tensor query, Tensor key, Tensor value) => Heads(query).ScaledDotProductAttention(Heads(key), Heads(value), causal: true);

    private static Tensor Heads(Tensor x) => x.Permute(0, 2, 1, 3);

    private static Tensor Rows(Shape shape, DType type, VirtualRun run) => Tensor.Rand(shape, device: run.Device).To(type).Realize();
}
