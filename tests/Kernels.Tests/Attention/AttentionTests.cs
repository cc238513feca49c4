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
