using CudaNet.Nn;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class KvCacheTests
{
    private const long Batch = 2, Heads = 4, Groups = 2, Depth = 8, Length = 23;

    private static readonly KvShape Kept = new(1, Groups, Depth, Depth);

    private static IEnumerable<TestCaseData> Caches()
    {
        static TestCaseData Of(string name, Func<KvCache> make, double tolerance = 1e-5, long? window = null) => new TestCaseData(make, tolerance, window).SetArgDisplayNames(name);
        yield return Of("static", () => new StaticKvCache(Kept, Batch, 32));
        yield return Of("static, full to the last place", () => new StaticKvCache(Kept, Batch, Length));
        yield return Of("growing", () => new StaticKvCache(Kept, Batch, 2, grows: true));
        yield return Of("16 bits", () => new StaticKvCache(Kept, Batch, 32, storage: KvStorage.Float16), 2e-3);
        yield return Of("bf16", () => new StaticKvCache(Kept, Batch, 32, storage: KvStorage.BFloat16), 2e-2);
        yield return Of("8 bits", () => new StaticKvCache(Kept, Batch, 32, storage: KvStorage.Int8), 4e-2);
        yield return Of("static with a window", () => new StaticKvCache(Kept, Batch, 32), window: 4);
        yield return Of("ring", () => new SlidingKvCache(Kept, Batch, 5), window: 4);
        yield return Of("ring, 8 bits", () => new SlidingKvCache(Kept, Batch, 5, KvStorage.Int8), 4e-2, 4);
        yield return Of("pages", () => new PagedKvCache(Kept, Batch, 20, 3, 64));
        yield return Of("pages, bf16", () => new PagedKvCache(Kept, Batch, 20, 3, 64, KvStorage.BFloat16), 2e-2);
    }

    [TestCaseSource(nameof(Caches))]
    public void Token_by_token_gives_what_all_at_once_gives(Func<KvCache> make, double tolerance, long? window)
    {
        // With a bias keys are gathered; without, they are read where they lie.
        Compare(make, tolerance, window, new Alibi(Heads));
        Compare(make, tolerance, window, null);
    }

    private static void Compare(Func<KvCache> make, double tolerance, long? window, IPositionBias? bias)
    {
        var (q, k, v) = Rows(1);
        var form = new AttentionForm(Heads, Groups) { Causal = true, Window = window, Rotary = new(Depth), Bias = bias };
        var whole = Attention.Of(q, k, v, form);
        foreach (var compiled in new[] { false, true })
        {
            var cache = make();
            for (long at = 0, count; at < Length; at += count)
            {
                // A prompt, then single tokens, and a few at once.
                count = at == 0 ? 6 : at == 10 ? 4 : 1;
                cache.Reserve(count);
                IReadOnlyList<Tensor> Pass(IReadOnlyList<Tensor> x) => [Attention.Of(x[0], x[1], x[2], form, null, cache[0])];
                Tensor[] part = [q.Narrow(1, at, count), k.Narrow(1, at, count), v.Narrow(1, at, count)];
                var y = (compiled ? Compiled.Of(Pass)(part) : Pass(part))[0].ToArray<float>();
                Assert.That(y, Is.EqualTo(whole.Narrow(1, at, count).ToArray<float>()).Within(tolerance), $"at {at}");
                cache.Advance(count);
            }
            Assert.That(cache.Length, Is.EqualTo(Length));
        }
    }

    [Test]
    public void Inside_of_a_compiled_function_rows_are_written_where_they_lie()
    {
        var slot = new State(Tensor.Zeros([4, 8, 16]).Realize());
        var write = Compiled.Of(x => [Assigned(slot, slot.Value.IndexCopy(x[1], x[0], 1)).Sum()]);
        var row = Tensor.Ones([4, 1, 16]).Realize();
        for (var k = 0; k < 3; k++) Assert.That(write([row, Tensor.From([(long)k], [1])])[0].Item(), Is.EqualTo(64 * (k + 1)));
        Assert.That(slot.Value.Sum().Item(), Is.EqualTo(192));
        var plan = Compiled.PlanOf(x => [Assigned(slot, slot.Value.IndexCopy(x[1], x[0], 1)).Sum()], row, Tensor.From([3L], [1]));
        Assert.That(plan.Explain(), Does.Contain("Scatter"));

        static Tensor Assigned(State slot, Tensor value)
        {
            slot.Assign(value);
            return value;
        }
    }

    [Test]
    public void Narrow_rows_are_not_widened([Values(KvStorage.BFloat16, KvStorage.Int8)] KvStorage storage)
    {
        var (q, k, v) = Rows(1);
        foreach (var cache in new KvCache[] { new StaticKvCache(Kept, Batch, 32, storage: storage), new PagedKvCache(Kept, Batch, 20, 3, 64, storage), new SlidingKvCache(Kept, Batch, 5, storage) })
        {
            var form = new AttentionForm(Heads, Groups) { Causal = true, Window = cache is SlidingKvCache ? 4 : null };
            cache.Reserve(6);
            Attention.Of(q.Narrow(1, 0, 6), k.Narrow(1, 0, 6), v.Narrow(1, 0, 6), form, null, cache[0]).Realize();
            cache.Advance(6);
            cache.Reserve(1);
            var plan = Compiled.PlanOf(x => [Attention.Of(x[0], x[1], x[2], form, null, cache[0])], q.Narrow(1, 6, 1), k.Narrow(1, 6, 1), v.Narrow(1, 6, 1));
            var attend = plan.Steps.Single(step => step.Op is Ops.CachedAttention);
            Assert.That(attend.Inputs[1].DType, Is.EqualTo(storage == KvStorage.Int8 ? DType.UInt8 : DType.BFloat16));
            Assert.That(attend.Inputs[2].DType, Is.EqualTo(attend.Inputs[1].DType));
        }
    }

    [Test]
    public void Bytes_are_those_of_the_formula()
    {
        Assert.That(new StaticKvCache(new(3, 4, 16, 16), 2, 10, storage: KvStorage.Float16).Bytes, Is.EqualTo(2 * 2 * 3 * 4 * 10 * 16 * 2));
        Assert.That(new StaticKvCache(new(3, 1, 20, 0), 2, 10, storage: KvStorage.BFloat16).Bytes, Is.EqualTo(2 * 3 * 10 * 20 * 2));
        Assert.That(new StaticKvCache(new(1, 1, 16, 16), 1, 10, storage: KvStorage.Int8).Bytes, Is.EqualTo(2 * 10 * (16 + 4)));
        Assert.That(new KvShape(32, 32, 128, 128).Bytes(1, 4096), Is.EqualTo(2_147_483_648));
        Assert.That(new KvShape(32, 8, 128, 128).Bytes(1, 4096), Is.EqualTo(536_870_912));
        Assert.That(new KvShape(32, 1, 128, 128).Bytes(1, 4096), Is.EqualTo(67_108_864));
        Assert.That(new KvShape(32, 1, 512 + 64, 0).Bytes(1, 4096), Is.EqualTo(150_994_944));
    }

    [Test]
    public void Rows_of_different_lengths_give_what_each_gives_alone()
    {
        var (q, k, v) = Rows(2);
        var form = new AttentionForm(Heads, Groups) { Causal = true, Rotary = new(Depth) };
        foreach (var cache in new KvCache[] { new StaticKvCache(Kept, Batch, 32), new PagedKvCache(Kept, Batch, 20, 4, 64) })
        {
            // Row 0 has 6 tokens, row 1 has 3; what was appended behind them does not count.
            cache.Reserve(6);
            Attention.Of(q.Narrow(1, 0, 6), k.Narrow(1, 0, 6), v.Narrow(1, 0, 6), form, null, cache[0]).Realize();
            cache.SetLengths([6, 3]);
            Tensor Next(Tensor x) => Tensor.Concat([x.Narrow(0, 0, 1).Narrow(1, 6, 1), x.Narrow(0, 1, 1).Narrow(1, 3, 1)], 0);
            cache.Reserve(1);
            var y = Attention.Of(Next(q), Next(k), Next(v), form, null, cache[0]);
            Assert.That(y.ToArray<float>(), Is.EqualTo(Next(Attention.Of(q, k, v, form)).ToArray<float>()).Within(1e-5));
        }
    }

    [Test]
    public void Beams_take_over_each_others_tokens()
    {
        var (q, k, v) = Rows(3);
        var form = new AttentionForm(Heads, Groups) { Causal = true };
        foreach (var cache in new KvCache[] { new StaticKvCache(Kept, Batch, 32), new SlidingKvCache(Kept, Batch, 9), new PagedKvCache(Kept, Batch, 20, 4, 64) })
        {
            var own = cache is SlidingKvCache ? form with { Window = 8 } : form;
            cache.Reserve(6);
            Attention.Of(q.Narrow(1, 0, 6), k.Narrow(1, 0, 6), v.Narrow(1, 0, 6), own, null, cache[0]).Realize();
            cache.Advance(6);
            cache.Reorder([1, 1]);
            cache.Reserve(1);
            Tensor Then(Tensor x) => Tensor.Concat([x.Narrow(0, 1, 1).Narrow(1, 0, 6).ExpandTo([2, 6, x.Shape[2]]), x.Narrow(1, 6, 1)], 1);
            var whole = Attention.Of(Then(q), Then(k), Then(v), own).Narrow(1, 6, 1);
            var y = Attention.Of(q.Narrow(1, 6, 1), k.Narrow(1, 6, 1), v.Narrow(1, 6, 1), own, null, cache[0]);
            Assert.That(y.ToArray<float>(), Is.EqualTo(whole.ToArray<float>()).Within(1e-5), cache.GetType().Name);
        }
    }

    [Test]
    public void Pages_are_shared_and_come_back()
    {
        var cache = new PagedKvCache(Kept, Batch, 10, 4, 32);
        var (q, k, v) = Rows(4);
        var form = new AttentionForm(Heads, Groups) { Causal = true };
        cache.ReserveRow(0, 10);
        Attention.Of(q.Narrow(1, 0, 10), k.Narrow(1, 0, 10), v.Narrow(1, 0, 10), form, null, cache[0]).Realize();
        cache.SetLengths([10, 0]);
        cache.Share(0, 1, 10);
        Assert.That(cache.PagesOf(1).Take(2), Is.EqualTo(cache.PagesOf(0).Take(2)));
        Assert.That((cache.FreePages, cache.PagesOf(0)[2] == cache.PagesOf(1)[2]), Is.EqualTo((6, false)));
        cache.Reserve(1);
        var y = Attention.Of(q.Narrow(1, 10, 1), k.Narrow(1, 10, 1), v.Narrow(1, 10, 1), form, null, cache[0]);
        Tensor Then(Tensor x) => Tensor.Concat([x.Narrow(0, 0, 1).Narrow(1, 0, 10).ExpandTo([2, 10, x.Shape[2]]), x.Narrow(1, 10, 1)], 1);
        Assert.That(y.ToArray<float>(), Is.EqualTo(Attention.Of(Then(q), Then(k), Then(v), form).Narrow(1, 10, 1).ToArray<float>()).Within(1e-5));
        for (var request = 0; request < 1000; request++)
        {
            cache.Release(request % 2);
            cache.ReserveRow(request % 2, 1 + request * 7 % 16);
        }
        cache.Clear();
        Assert.That((cache.FreePages, cache.UsedBytes), Is.EqualTo((10, 0L)));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        var (q, k, v) = Rows(5);
        var form = new AttentionForm(Heads, Groups) { Causal = true };
        var cache = new StaticKvCache(Kept, Batch, 8);
        Assert.That(Assert.Throws<CacheException>(() => cache.Reserve(9))!.Message, Does.Contain("capacity of 8"));
        Assert.Throws<CacheException>(() => _ = cache[1]);
        Assert.Throws<ShapeException>(() => Attention.Of(q, q, q, new(Heads) { Causal = true }, null, cache[0]));
        Assert.Throws<CacheException>(() => Attention.Of(q, k, v, form, null, new SlidingKvCache(Kept, Batch, 8)[0]));
        Assert.That(Assert.Throws<CacheException>(() => new PagedKvCache(Kept, Batch, 3, 4, 32).Reserve(9))!.Message, Does.Contain("row 1 needs 3 more pages"));
        Assert.Throws<CacheException>(() => new PagedKvCache(Kept, Batch, 30, 4, 32).Reserve(33));
        Assert.Throws<ShapeException>(() => new StaticKvCache(new(0, 1, 1, 1), 1, 1));
        Assert.Throws<CacheException>(() => cache.SetLengths([1]));
    }

    private static (Tensor Query, Tensor Key, Tensor Value) Rows(long seed)
    {
        var random = new RandomStream(seed);
        return (random.Normal([Batch, Length, Heads * Depth]).Realize(), random.Normal([Batch, Length, Groups * Depth]).Realize(), random.Normal([Batch, Length, Groups * Depth]).Realize());
    }
}
