using CudaNet.Nn;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class AttentionTests
{
    private static readonly RandomStream Random = new(11);

    [Test]
    public void Shared_heads_give_what_repeated_heads_give()
    {
        Tensor q = Draw(2, 5, 24), k = Draw(2, 7, 8), v = Draw(2, 7, 8);
        Tensor Repeated(Tensor x) => Attention.MergeHeads(Attention.SplitHeads(x, 2).RepeatInterleave(3, 1));
        Assert.That(Attention.Of(q, k, v, new(6, 2)).ToArray<float>(), Is.EqualTo(Attention.Of(q, Repeated(k), Repeated(v), new(6)).ToArray<float>()).Within(1e-6));
        Assert.That(Assert.Throws<ShapeException>(() => new AttentionForm(6, 4))!.Message, Does.Contain("6 query heads cannot share 4"));
        Assert.That(Assert.Throws<ShapeException>(() => Attention.Of(q, k, v, new(5)))!.Message, Does.Contain("5 heads"));
    }

    [Test]
    public void Weights_mix_to_what_the_fused_form_gives()
    {
        Tensor q = Draw(2, 4, 5, 8), k = Draw(2, 2, 7, 8), v = Draw(2, 2, 7, 6);
        foreach (var (causal, window) in new[] { (false, (long?)null), (true, null), (true, 2), (false, 1) })
        {
            var weights = Attention.Weights(q, k, null, causal, window);
            Assert.That(Attention.Mix(weights, v).ToArray<float>(), Is.EqualTo(q.ScaledDotProductAttention(k, v, null, causal, window).ToArray<float>()).Within(1e-6));
        }
        Assert.That(Attention.Weights(q, k).Sum(-1).ToDoubles(), Is.All.EqualTo(1).Within(1e-6));
    }

    [Test]
    public void Packed_sequences_give_what_each_gives_alone()
    {
        Tensor q = Draw(9, 24), k = Draw(12, 8), v = Draw(12, 8);
        long[] starts = [0, 2, 2, 9], keyStarts = [0, 4, 5, 12];
        var form = new AttentionForm(6, 2) { Causal = true, Window = 4, Rotary = new(4) };
        var packed = Attention.OfPacked(q, k, v, form, Tensor.From(starts), Tensor.From(keyStarts));
        Assert.That(packed.Shape, Is.EqualTo(new Shape(9, 24)));
        foreach (var i in new[] { 0, 2 })
        {
            Tensor Keys(Tensor x) => x.Narrow(0, keyStarts[i], keyStarts[i + 1] - keyStarts[i]).Unsqueeze(0);
            Tensor Queries(Tensor x) => x.Narrow(0, starts[i], starts[i + 1] - starts[i]);
            Assert.That(Queries(packed).ToArray<float>(), Is.EqualTo(Attention.Of(Queries(q).Unsqueeze(0), Keys(k), Keys(v), form).ToArray<float>()).Within(1e-6), $"sequence {i}");
        }
        Assert.That(Assert.Throws<NotSupportedException>(() => Attention.OfPacked(q, k, v, new(6, 2) { Bias = new Alibi(6) }, Tensor.From(starts)))!.Message, Does.Contain("bias"));
    }

    [Test]
    public void Hidden_blocks_are_those_of_the_mask()
    {
        Tensor q = Draw(2, 13, 24), k = Draw(2, 13, 8), v = Draw(2, 13, 8);
        var blocks = BlockMask.Of(13, 13, 4, (i, j) => i == j || j == 0);
        var mask = Tensor.From([.. Enumerable.Range(0, 13 * 13).Select(x => x / 13 / 4 == x % 13 / 4 || x % 13 < 4)], [13, 13]);
        var form = new AttentionForm(6, 2) { Causal = true };
        Assert.That(Attention.Of(q, k, v, form with { Blocks = blocks }).ToArray<float>(), Is.EqualTo(Attention.Of(q, k, v, form, mask & Attention.Visible(13, 13, causal: true)!).ToArray<float>()).Within(1e-6));
        Assert.Throws<NotSupportedException>(() => Attention.Of(q, k, v, form with { Blocks = blocks }, null, new StaticKvCache(new(1, 2, 4, 4), 2, 20)[0]));
    }

    [Test]
    public void A_query_that_sees_nothing_gives_zero_with_zero_gradient()
    {
        Tensor q = Draw(1, 1, 2, 4), k = Draw(1, 1, 3, 4), v = Draw(1, 1, 3, 4);
        var mask = Tensor.From([true, true, false, false, false, false], [1, 1, 2, 3]);
        var y = q.ScaledDotProductAttention(k, v, mask);
        Assert.That(y.Select(2, 1).ToDoubles(), Is.All.EqualTo(0));
        Assert.That(Grad.Of(y.Sum(), q, k, v)[0].Select(2, 1).ToDoubles(), Is.All.EqualTo(0));
        var additive = Tensor.From([0f, 1, float.NegativeInfinity], [3]);
        Assert.That(Attention.Both(mask, additive)!.ToArray<float>(), Is.EqualTo(new[] { 0, 1, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity }));
    }

    [Test]
    public void Rotary_scores_depend_on_the_distance_alone()
    {
        foreach (var interleaved in new[] { false, true })
        {
            var rotary = new Rotary(4, interleaved: interleaved);
            Tensor q = Tensor.From([1.0, 2, 3, 4], [1, 1, 1, 4]), k = Tensor.From([0.5, -1, 2, 1], [1, 1, 1, 4]);
            double Score(long m, long n) => (rotary.Rotate(q, Tensor.From([m], [1])) * rotary.Rotate(k, Tensor.From([n], [1]))).Sum().Item();
            Assert.That(Score(5, 2), Is.EqualTo(interleaved ? 11.04827157 : -4.18531816).Within(1e-8));
            Assert.That(Score(100103, 100100), Is.EqualTo(Score(5, 2)).Within(1e-6));
        }
        Assert.That(new Rotary(4).Rotate(Tensor.From([1.0, 2, 3, 4], [1, 1, 1, 4]), Tensor.From([5L], [1])).ToDoubles(),
            Is.EqualTo(new[] { 3.1604350095, 1.7975838437, -0.1079377183, 4.0949593801 }).Within(1e-9));
        Assert.Throws<ShapeException>(() => new Rotary(5));
    }

    [Test]
    public void Rows_of_different_positions_are_turned_each_by_its_own()
    {
        var rotary = new Rotary(8, interleaved: true);
        var x = Draw(2, 3, 2, 8);
        var both = rotary.Rotate(x, Tensor.From([4L, 5, 9, 10], [2, 2]));
        Assert.That(both.Select(0, 1).ToArray<float>(), Is.EqualTo(rotary.Rotate(x.Narrow(0, 1, 1), Tensor.From([9L, 10], [2])).Flatten().ToArray<float>()).Within(1e-6));
    }

    [Test]
    public void Scalings_slow_the_pairs_that_they_should()
    {
        var plain = new Rotary(64).Frequencies;
        var linear = new Rotary(64, scaling: RotaryScaling.Linear(4)).Frequencies;
        var ntk = new Rotary(64, scaling: RotaryScaling.Ntk(4)).Frequencies;
        var yarn = new Rotary(64, scaling: RotaryScaling.Yarn(4, 2048));
        Assert.That(linear, Is.EqualTo(plain.Select(f => f / 4)).Within(1e-15));
        Assert.That((ntk[0], ntk[^1]), Is.EqualTo((1.0, plain[^1] / 4)).Within(1e-12));
        Assert.That((yarn.Frequencies[0], yarn.Frequencies[^1]), Is.EqualTo((1.0, plain[^1] / 4)).Within(1e-12));
        Assert.That(yarn.Scaling!.Magnitude, Is.EqualTo(1.1386294).Within(1e-6));
        Assert.Throws<ArgumentOutOfRangeException>(() => RotaryScaling.Ntk(0.5));
    }

    [Test]
    public void Slopes_are_those_of_the_paper() =>
        Assert.That((new Alibi(8).Slopes[0], new Alibi(8).Slopes[7], new Alibi(12).Slopes[8], new Alibi(12).Slopes.Count), Is.EqualTo((0.5, 1 / 256.0, Math.Pow(2, -0.5), 12)));

    [Test]
    public void Buckets_are_those_of_T5()
    {
        long[] Of(bool both, params long[] distances) => new RelativeBias(2, bidirectional: both).BucketOf(Tensor.From(distances)).ToArray<long>();
        Assert.That(Of(true, 0, -1, 1, -8, -16, 20, -64, -200), Is.EqualTo(new long[] { 0, 1, 17, 8, 10, 26, 14, 15 }));
        Assert.That(Of(false, -15, -32, -64, -127, 3), Is.EqualTo(new long[] { 15, 21, 26, 31, 0 }));
    }

    [Test]
    public void Dropout_falls_on_the_weights_in_training_only()
    {
        var layer = new MultiHeadAttention(8, 2, dropout: 0.5, random: new RandomStream(3));
        var x = Draw(1, 6, 8);
        var first = layer.Forward(x).ToArray<float>();
        Assert.That(layer.Forward(x).ToArray<float>(), Is.Not.EqualTo(first));
        layer.Eval();
        Assert.That(layer.Forward(x).ToArray<float>(), Is.EqualTo(layer.Attend(x, x, x).Output.ToArray<float>()).Within(1e-6));
        Assert.Throws<ShapeException>(() => new MultiHeadAttention(8, 3));
        Assert.Throws<ShapeException>(() => layer.Forward(Draw(1, 6, 9)));
    }

    [Test]
    public void Keys_and_values_of_other_sizes_have_weights_of_their_own()
    {
        var layer = new MultiHeadAttention(8, 2, kdim: 5, vdim: 3);
        Assert.That(layer.NamedParameters().Select(p => p.Name), Is.EquivalentTo(["q_proj_weight", "k_proj_weight", "v_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]));
        Assert.That(layer.Forward(Draw(2, 4, 8), Draw(2, 6, 5), Draw(2, 6, 3)).Shape, Is.EqualTo(new Shape(2, 4, 8)));
    }

    [Test]
    public void Sinusoids_have_their_golden_values()
    {
        Assert.That(SinusoidalEncoding.Table(4, 8, type: DType.Float64).Select(0, 3).ToDoubles(),
            Is.EqualTo(new[] { 0.1411200081, -0.9899924966, 0.2955202067, 0.9553364891, 0.0299955002, 0.9995500337, 0.0029999955, 0.9999955 }).Within(1e-9));
        Assert.That(SinusoidalEncoding.Table(2, 5).Shape, Is.EqualTo(new Shape(2, 5)));
        Assert.Throws<ShapeException>(() => new SinusoidalEncoding(8).Forward(Draw(2, 3, 7)));
    }

    [Test]
    public void The_base_transformer_has_the_papers_count_and_takes_no_memory()
    {
        var transformer = Model.FromShapes(() => new Transformer());
        Assert.That(transformer.ParameterCount, Is.EqualTo(44_140_544));
        Assert.That(Model.FromShapes(() => new Transformer(norm: false)).ParameterCount, Is.EqualTo(44_138_496));
        Assert.That(Model.FromShapes(() => new Embedding(1L << 40, 1L << 20)).ParameterCount, Is.EqualTo(1L << 60));
        Assert.Throws<NotSupportedException>(() => transformer.Decoder.Forward(Draw(1, 2, 512)));
    }

    private static Tensor Draw(params long[] shape) => Random.Normal(new Shape(shape)).Realize();
}
