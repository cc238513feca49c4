using CudaNet.Cpu.Threading;
using CudaNet.Execution;

namespace CudaNet.Tests.Attention;

/// <summary>Attention by tiles against the float64 reference of its definition: every path, edges of tiles and blocks, masks, types and layouts.</summary>
[NonParallelizable]
public class AttentionTests
{
    public sealed record Case(int Batch, int Heads, int KeyHeads, int Queries, int Keys, int Depth, int ValueDepth, bool Causal = false, int? Window = null, bool Bias = false)
    {
        public Shape Scores => [Batch, Heads, Queries, Keys];

        public Tensor Apply(IReadOnlyList<Tensor> x) => x[0].ScaledDotProductAttention(x[1], x[2], Bias ? x[3] : null, Causal, Window);

        public Tensor[] Inputs(DType type) =>
        [
            .. new[] { Tensor.Randn([Batch, Heads, Queries, Depth], seed: 1), Tensor.Randn([Batch, KeyHeads, Keys, Depth], seed: 2), Tensor.Randn([Batch, KeyHeads, Keys, ValueDepth], seed: 3), Tensor.Randn(Scores, seed: 4) }
                .Take(Bias ? 4 : 3).Select(x => x.To(type).Realize()),
        ];
    }

    private static IEnumerable<Case> Cases() =>
    [
        new(1, 1, 1, 32, 192, 64, 64), // one tile, one block of AVX-512
        new(1, 1, 1, 33, 193, 64, 64), // one more of each
        new(2, 3, 3, 31, 191, 16, 24),
        new(1, 4, 2, 64, 64, 32, 32, Causal: true),
        new(2, 6, 2, 45, 77, 20, 6, Causal: true),
        new(1, 2, 2, 200, 450, 8, 8, Causal: true), // several blocks, some of them hidden
        new(1, 2, 1, 150, 150, 33, 5, Window: 40),
        new(1, 2, 2, 100, 500, 16, 16, Causal: true, Window: 50),
        new(1, 2, 2, 90, 60, 16, 16, Causal: true), // the first thirty queries see nothing
        new(2, 4, 2, 50, 230, 12, 12, Causal: true, Bias: true),
        new(1, 8, 2, 1, 300, 64, 64), // decoding
        new(1, 8, 8, 1, 300, 64, 48, Causal: true, Window: 100, Bias: true),
        new(2, 4, 2, 5, 70, 40, 8, Causal: true, Bias: true),
        new(1, 1, 1, 9, 3, 1, 1),
        new(3, 20, 2, 17, 5, 3, 2, Causal: true),
    ];

    [TestCaseSource(nameof(Cases))]
    public void Attention_is_its_definition(Case problem)
    {
        var inputs = problem.Inputs(DType.Float64);
        Close.AssertReference(problem.Apply(inputs), 1e-12);
        var upstream = Tensor.Randn(problem.Apply(inputs).Shape, seed: 5, type: DType.Float64).Realize();
        foreach (var gradient in Grad.Of((problem.Apply(inputs) * upstream).Sum(), [.. inputs.Take(3)])) Close.AssertReference(gradient, 1e-11);
    }

    [TestCaseSource(nameof(Cases))]
    public void Attention_in_single_precision_is_its_definition(Case problem)
    {
        var inputs = problem.Inputs(DType.Float32);
        Close.AssertReference(problem.Apply(inputs), 2e-5);
        foreach (var gradient in Grad.Of(problem.Apply(inputs).Square().Sum(), [.. inputs.Take(3)])) Close.AssertReference(gradient, 2e-4);
    }

    [Test]
    public void Half_types_compute_in_single_precision([Values(DType.Float16, DType.BFloat16)] DType type, [Values(1, 7, 70)] int queries)
    {
        var problem = new Case(2, 4, 2, queries, 90, 24, 10, Causal: true, Bias: true);
        var inputs = problem.Inputs(type);
        Tensor[] wide = [.. inputs.Select(x => x.To(DType.Float32).Realize())];
        // Rounded once, at the end: not even the last bit may differ from that of the rounded result.
        Assert.That(problem.Apply(inputs).ToDoubles(), Is.EqualTo(problem.Apply(wide).To(type).ToDoubles()));
        var upstream = Tensor.Randn(problem.Apply(wide).Shape, seed: 5).To(type).Realize();
        Tensor[] Gradients(Tensor[] x) => Grad.Of((problem.Apply(x) * upstream.To(x[0].DType)).Sum(), [.. x.Take(3)]);
        var (gradients, expected) = (Gradients(inputs), Gradients(wide));
        for (var k = 0; k < 3; k++) Assert.That(gradients[k].ToDoubles(), Is.EqualTo(expected[k].To(type).ToDoubles()));
    }

    [Test]
    public void A_query_that_sees_nothing_gives_zeros_and_no_gradient([Values(3, 40)] int queries)
    {
        var x = Tensor.Randn([1, 2, queries, 16], seed: 1).Realize();
        var mask = Tensor.From([.. Enumerable.Range(0, queries).Select(query => query != 2)], [queries, 1]);
        var result = x.ScaledDotProductAttention(x, x, mask);
        Assert.That(result.Select(2, 2).ToDoubles(), Is.All.Zero);
        Assert.That(result.Select(2, 1).ToDoubles(), Has.None.NaN.And.None.Zero);
        var query = x + 0;
        var gradient = Grad.Of(query.ScaledDotProductAttention(x, x, mask).Sum(), query);
        Assert.That(gradient.Select(2, 2).ToDoubles(), Is.All.Zero);
        Assert.That(gradient.ToDoubles(), Has.None.NaN);
    }

    [Test]
    public void A_value_that_is_not_a_number_reaches_only_queries_that_see_it()
    {
        var values = new float[64 * 8];
        values[50 * 8] = float.NaN;
        var x = Tensor.Randn([1, 1, 64, 8], seed: 1).Realize();
        var keys = Tensor.From(values, [1, 1, 64, 8]);
        var result = x.ScaledDotProductAttention(keys, x, causal: true).ToArray<float>();
        Assert.That(result[(50 * 8)..], Is.All.NaN);
        Assert.That(result[..(50 * 8)], Has.None.NaN);
    }

    [Test]
    public void Heads_in_another_order_and_a_mask_of_keys_are_read_where_they_lie()
    {
        // [batch, length, heads · depth], as a projection gives it.
        var (q, k) = (Tensor.Randn([2, 50, 4 * 16], seed: 1).Realize(), Tensor.Randn([2, 70, 2 * 16], seed: 2).Realize());
        var mask = (Tensor.Rand([2, 1, 1, 70], seed: 3) > 0.3).Realize();
        static Tensor Heads(Tensor x, long heads) => x.Reshape(x.Shape[0], x.Shape[1], heads, -1).Transpose(1, 2);
        Tensor Apply(Tensor q, Tensor k, Tensor mask) => Heads(q, 4).ScaledDotProductAttention(Heads(k, 2), Heads(k, 2), mask);
        var plan = Compiled.PlanOf(x => [Apply(x[0], x[1], x[2])], q, k, mask);
        Assert.That(plan.Steps, Has.Count.EqualTo(2), plan.Explain());
        Close.AssertReference(Apply(q, k, mask), 2e-5);
    }

    [Test]
    public void Parts_of_the_keys_are_joined_by_their_logarithms([Values(1, 5, 40)] int queries)
    {
        Tensor q = Tensor.Randn([2, 4, queries, 16], seed: 1).Realize(), k = Tensor.Randn([2, 2, 90, 16], seed: 2).Realize(), v = Tensor.Randn([2, 2, 90, 16], seed: 3).Realize();
        (Tensor Result, Tensor LogSumExp) Part(int first, int count) => q.ScaledDotProductAttentionWithLogSumExp(k.Narrow(2, first, count), v.Narrow(2, first, count));
        var (whole, all) = Part(0, 90);
        var parts = new[] { Part(0, 7), Part(7, 60), Part(67, 23) };
        var sums = Tensor.Stack([.. parts.Select(part => part.LogSumExp)]).LogSumExp(0);
        Assert.That(sums.ToArray<float>(), Is.EqualTo(all.ToArray<float>()).Within(2e-6));
        var joined = parts.Select(part => (part.LogSumExp - sums).Exp().Unsqueeze(-1) * part.Result).Aggregate((x, y) => x + y);
        Assert.That(joined.ToArray<float>(), Is.EqualTo(whole.ToArray<float>()).Within(2e-6));
        Assert.That(whole.ToArray<float>(), Is.EqualTo(q.ScaledDotProductAttention(k, v).ToArray<float>()).Within(1e-6));
    }

    [Test]
    public void The_gradient_of_joined_parts_is_that_of_the_whole()
    {
        Tensor q = Tensor.Randn([1, 2, 40, 16], seed: 1).Realize(), k = Tensor.Randn([1, 2, 90, 16], seed: 2).Realize(), v = Tensor.Randn([1, 2, 90, 16], seed: 3).Realize(), upstream = Tensor.Randn([1, 2, 40, 16], seed: 4).Realize();
        Tensor Joined()
        {
            (Tensor Result, Tensor LogSumExp) Part(int first, int count) => q.ScaledDotProductAttentionWithLogSumExp(k.Narrow(2, first, count), v.Narrow(2, first, count));
            var (a, b) = (Part(0, 30), Part(30, 60));
            var share = (a.LogSumExp - b.LogSumExp).Sigmoid().Unsqueeze(-1);
            return share * a.Result + (1 - share) * b.Result;
        }
        Tensor[] Gradients(Tensor result) => Grad.Of((result * upstream).Sum(), q, k, v);
        foreach (var (joined, whole) in Gradients(Joined()).Zip(Gradients(q.ScaledDotProductAttention(k, v))))
            Assert.That(joined.ToArray<float>(), Is.EqualTo(whole.ToArray<float>()).Within(1e-5));
    }

    [Test]
    public void Logarithms_of_a_query_that_sees_nothing_are_minus_infinity([Values(2, 40)] int queries)
    {
        Tensor q = Tensor.Randn([1, 1, queries, 8], seed: 1).Realize(), k = Tensor.Randn([1, 1, queries - 1, 8], seed: 2).Realize();
        var (result, sums) = q.ScaledDotProductAttentionWithLogSumExp(k, k, causal: true);
        Assert.That(sums.ToArray<float>()[0], Is.EqualTo(float.NegativeInfinity));
        Assert.That(sums.ToArray<float>()[1..], Has.None.NaN.And.None.EqualTo(float.NegativeInfinity));
        Assert.That(result.ToArray<float>()[..8], Is.All.Zero);
        var hidden = q.ScaledDotProductAttentionWithLogSumExp(k, k, Tensor.Full([], float.NegativeInfinity)).LogSumExp;
        Assert.That(hidden.ToArray<float>(), Is.All.EqualTo(float.NegativeInfinity));
    }

    [Test]
    public void Packed_sequences_of_many_lengths_are_their_definition([Values] bool causal, [Values(DType.Float32, DType.Float64)] DType type)
    {
        int[] starts = [0, 1, 1, 8, 70, 71, 300, 333], keyStarts = [0, 3, 4, 4, 100, 250, 260, 261];
        Tensor q = Tensor.Randn([333, 4, 16], seed: 1).To(type).Realize(), k = Tensor.Randn([261, 2, 16], seed: 2).To(type).Realize(), v = Tensor.Randn([261, 2, 10], seed: 3).To(type).Realize();
        var (result, sums) = q.VarlenAttentionWithLogSumExp(k, v, Tensor.From(starts), Tensor.From(keyStarts), causal);
        var tolerance = type == DType.Float32 ? 2e-5 : 1e-11;
        Close.AssertReference(result, tolerance);
        var seen = sums.IsFinite().Where(sums, 0);
        Close.AssertReference(seen, tolerance);
        foreach (var gradient in Grad.Of(result.Square().Sum() + seen.Square().Sum(), q, k, v)) Close.AssertReference(gradient, 10 * tolerance);
    }

    [Test]
    public void Packed_sequences_cost_no_padding()
    {
        // Sequence lengths 1 … 8 in one step; a plan that padded would gather and mask.
        Tensor x = Tensor.Randn([36, 2, 16], seed: 1).Realize(), starts = Tensor.From([.. Enumerable.Range(0, 9).Select(k => k * (k + 1) / 2)], [9]);
        var plan = Compiled.PlanOf(x => [x[0].VarlenAttention(x[0], x[0], x[1], causal: true)], x, starts);
        Assert.That(plan.Steps.Select(step => step.Name), Is.EqualTo(["ScaledDotProductAttention", "Contiguous"]), plan.Explain());
    }

    private static IEnumerable<(int Queries, int Keys, int Size, bool Causal)> BlockCases() => [(200, 300, 64, false), (150, 150, 32, true), (90, 110, 7, true), (33, 500, 100, false)];

    [TestCaseSource(nameof(BlockCases))]
    public void Blocks_are_their_definition((int Queries, int Keys, int Size, bool Causal) x)
    {
        var random = new Random(3);
        var blocks = BlockMask.Of(x.Queries, x.Keys, x.Size, (_, _) => random.Next(3) == 0);
        Tensor q = Tensor.Randn([1, 2, x.Queries, 16], seed: 1).Realize(), k = Tensor.Randn([1, 1, x.Keys, 16], seed: 2).Realize(), bias = Tensor.Randn([x.Queries, x.Keys], seed: 3).Realize();
        var (result, sums) = q.ScaledDotProductAttentionWithLogSumExp(k, k, bias, x.Causal, blocks: blocks);
        Close.AssertReference(result, 2e-5);
        Close.AssertReference(sums, 2e-5);
        foreach (var gradient in Grad.Of(result.Square().Sum(), q, k)) Close.AssertReference(gradient, 2e-4);
    }

    [Test]
    public void Hidden_blocks_are_not_read()
    {
        // Keys and values that are no numbers would spoil what multiplies them, even by zero.
        var values = new float[128 * 8];
        Array.Fill(values, float.NaN, 32 * 8, 64 * 8);
        Tensor q = Tensor.Randn([1, 1, 64, 8], seed: 1).Realize(), k = Tensor.From(values, [1, 1, 128, 8]);
        var blocks = BlockMask.Of(64, 128, 32, (_, key) => key is 0 or 3);
        Tensor Result() => q.ScaledDotProductAttention(k, k, blocks: blocks);
        Assert.That(Result().ToArray<float>(), Has.None.NaN);
        Assert.That(Grad.Of(Result().Sum(), q).ToArray<float>(), Has.None.NaN);
    }

    [Test]
    public void Dropout_keeps_its_share_and_the_mean_and_is_drawn_again_in_the_gradient()
    {
        const int Keys = 1000;
        // Equal scores and values that are one: the result is the share of the keys that are kept, times 1/(1 − p).
        Tensor q = Tensor.Zeros([1, 2, 64, 8]).Realize(), k = Tensor.Zeros([1, 2, Keys, 8]).Realize(), v = Tensor.Ones([1, 2, Keys, 8]).Realize();
        var result = q.ScaledDotProductAttention(k, v, dropout: 0.25, random: new RandomStream(5)).Select(3, 0);
        // A share of 1,000 has a deviation of 0.0137, its mean of 128 rows one of 0.0016.
        Assert.That(result.Mean().Item(), Is.EqualTo(1).Within(0.01));
        Assert.That(result.Std().Item(), Is.EqualTo(Math.Sqrt(0.25 / 0.75 / Keys)).Within(0.003));
        var gradient = Grad.Of(q.ScaledDotProductAttention(k, v, dropout: 0.25, random: new RandomStream(5)).Sum(), v);
        Assert.That(gradient.Select(3, 0).Sum().Item(), Is.EqualTo(result.Sum().Item()).Within(1e-2));
    }

    [Test]
    public void The_number_of_threads_changes_nothing_of_the_result_and_little_of_the_gradient()
    {
        var problem = new Case(1, 3, 1, 130, 130, 16, 16, Causal: true);
        var inputs = problem.Inputs(DType.Float32);
        double[][] Run(int threads)
        {
            var before = WorkerPool.Threads;
            WorkerPool.Threads = threads;
            try
            {
                return [problem.Apply(inputs).ToDoubles(), .. Grad.Of(problem.Apply(inputs).Square().Sum(), inputs).Select(x => x.ToDoubles())];
            }
            finally
            {
                WorkerPool.Threads = before;
            }
        }
        var (one, three, again) = (Run(1), Run(3), Run(3));
        Assert.That(three, Is.EqualTo(again), "the same number of threads: the same bits");
        Assert.That(three[0], Is.EqualTo(one[0]));
        for (var k = 1; k < one.Length; k++) Assert.That(three[k], Is.EqualTo(one[k]).Within(1e-4));
    }
}
