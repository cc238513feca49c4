using CudaNet.Nn.Data;

namespace CudaNet.Tests.Data;

[TestFixture]
internal sealed class DataLoaderTests
{
    private static readonly TensorDataset Ten = new(Tensor.From(Enumerable.Range(0, 20).Select(i => (float)i).ToArray(), [10, 2]), Tensor.From(Enumerable.Range(0, 10).Select(i => (long)i).ToArray()));

    [TestCase(0, 1), TestCase(2, 1), TestCase(4, 3), TestCase(9, 9)]
    public void Every_sample_comes_once_an_epoch_with_its_target(int prefetch, int workers)
    {
        var batches = new DataLoader(Ten, 3, shuffle: true, seed: 5, prefetch: prefetch, workers: workers).ToList();
        Assert.That(batches.Select(b => b.Count), Is.EqualTo(new[] { 3, 3, 3, 1 }));
        Assert.That(batches.SelectMany(b => b.Indices).Order(), Is.EqualTo(Enumerable.Range(0, 10)));
        foreach (var batch in batches)
        {
            Assert.That(batch.Targets.ToArray<long>(), Is.EqualTo(batch.Indices));
            Assert.That(batch.Inputs.ToArray<float>(), Is.EqualTo(batch.Indices.SelectMany(i => new[] { 2f * i, 2f * i + 1 })));
        }
    }

    [Test]
    public void The_order_is_that_of_seed_and_epoch()
    {
        var loader = new DataLoader(Ten, 3, shuffle: true, seed: 5);
        var first = Indices(loader);
        var second = Indices(loader);
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(Indices(new DataLoader(Ten, 4, shuffle: true, seed: 5, prefetch: 0)), Is.EqualTo(first), "whatever the batch size");
        Assert.That(Indices(new DataLoader(Ten, 3, shuffle: true, seed: 6)), Is.Not.EqualTo(first));
        Assert.That(Indices(new DataLoader(Ten, 3)), Is.EqualTo(Enumerable.Range(0, 10)));
    }

    [Test]
    public void It_goes_on_where_it_stopped()
    {
        var whole = new DataLoader(Ten, 3, shuffle: true, seed: 5);
        var expected = Indices(whole).Concat(Indices(whole)).ToList();
        var stopped = new DataLoader(Ten, 3, shuffle: true, seed: 5);
        List<int> seen = [];
        foreach (var batch in stopped)
        {
            seen.AddRange(batch.Indices);
            if (seen.Count == 6) break;
        }
        var resumed = new DataLoader(Ten, 3, shuffle: true, seed: 5) { EpochIndex = stopped.EpochIndex, Position = stopped.Position };
        seen.AddRange(Indices(resumed));
        seen.AddRange(Indices(resumed));
        Assert.That(seen, Is.EqualTo(expected));
    }

    [Test]
    public void A_last_batch_that_is_not_full_can_be_left_out()
    {
        var loader = new DataLoader(Ten, 3, dropLast: true);
        Assert.That((loader.BatchCount, loader.SampleCount, loader.Count()), Is.EqualTo((3, 9, 3)));
        Assert.That(() => new DataLoader(Ten, 11, dropLast: true), Throws.ArgumentException.With.Message.Contain("no batch of 11"));
    }

    [TestCase(1), TestCase(3)]
    public void An_error_of_the_data_set_reaches_the_consumer_behind_the_batches_before_it(int workers)
    {
        var seen = 0;
        Assert.That(() =>
        {
            foreach (var _ in new DataLoader(new Broken(), 2, prefetch: 4, workers: workers)) seen++;
        }, Throws.InvalidOperationException.With.Message.EqualTo("sample 4"));
        Assert.That(seen, Is.EqualTo(2));
    }

    [Test]
    public void Workers_make_batches_at_the_same_time_and_end_with_the_enumeration()
    {
        var data = new Slow();
        // Two are made at once only if two threads wait for one another.
        using var both = new Barrier(2);
        data.Make = () => both.SignalAndWait(TimeSpan.FromSeconds(30));
        var order = new DataLoader(data, 1, prefetch: 2, workers: 2).SelectMany(batch => batch.Indices).ToList();
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 8)));
        Assert.That(data.Late, Is.Zero, "nobody waited in vain");

        data.Make = () => !Thread.CurrentThread.Join(5);
        foreach (var _ in new DataLoader(data, 1, prefetch: 4, workers: 4)) break;
        var running = data.Running;
        Thread.Sleep(50);
        Assert.That((running, data.Running), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Cancelling_ends_the_enumeration_and_its_thread()
    {
        using var stop = new CancellationTokenSource();
        var seen = 0;
        Assert.That(() =>
        {
            foreach (var _ in new DataLoader(Ten, 1).Epoch(0, 0, stop.Token))
                if (++seen == 2) stop.Cancel();
        }, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(seen, Is.EqualTo(2));
    }

    [Test]
    public void A_stratified_split_keeps_the_proportions_and_is_the_same_each_time()
    {
        var labels = Enumerable.Range(0, 100).Select(i => (byte)(i < 70 ? 0 : 1)).ToArray();
        var (first, second) = DataSplit.Stratified(labels, 0.1, seed: 3);
        Assert.That(second.Count(i => labels[i] == 0), Is.EqualTo(7));
        Assert.That(second.Count(i => labels[i] == 1), Is.EqualTo(3));
        Assert.That(first.Concat(second).Order(), Is.EqualTo(Enumerable.Range(0, 100)));
        Assert.That(DataSplit.Stratified(labels, 0.1, seed: 3).Second, Is.EqualTo(second));
    }

    [Test]
    public void A_shift_moves_an_image_and_fills_with_zero()
    {
        var images = new LabelledImages([0, 0, 0, 0, 255, 0, 0, 0, 0], [7], 3, 3);
        var places = new HashSet<int>();
        for (var epoch = 0; epoch < 60; epoch++)
        {
            var pixels = new ImageDataset(images, ImageTransforms.RandomShift(1)).Collate([0], new(1, epoch)).Inputs.ToArray<float>();
            Assert.That(pixels.Count(p => p == 1), Is.EqualTo(1));
            Assert.That(pixels.Sum(), Is.EqualTo(1));
            places.Add(Array.IndexOf(pixels, 1));
        }
        Assert.That(places, Has.Count.EqualTo(9));
    }

    [Test]
    public void Augmentation_is_that_of_seed_epoch_and_sample()
    {
        var data = new ImageDataset(new LabelledImages([.. Enumerable.Range(0, 32).Select(i => (byte)i)], [0, 1], 4, 4), ImageTransforms.RandomShift(2));
        var together = data.Collate([0, 1], new(9, 4)).Inputs.ToArray<float>();
        var alone = data.Collate([1], new(9, 4)).Inputs.ToArray<float>();
        Assert.That(together[16..], Is.EqualTo(alone));
    }

    [Test]
    public void Labels_of_any_number_are_split_and_folded()
    {
        long[] labels = [.. Enumerable.Range(0, 60).Select(i => 1000L * (i % 3))];
        Assert.That(DataSplit.Stratified(labels, 0.25, seed: 3).Second.CountBy(i => labels[i]).Select(c => c.Value), Is.EqualTo(new[] { 5, 5, 5 }));
        var folds = DataSplit.StratifiedFolds(labels, 4);
        foreach (var (train, test) in folds)
        {
            Assert.That(test.CountBy(i => labels[i]).Select(c => c.Value), Is.EqualTo(new[] { 5, 5, 5 }));
            Assert.That(train.Concat(test).Order(), Is.EqualTo(Enumerable.Range(0, 60)));
        }
        Assert.That(folds.SelectMany(fold => fold.Test).Order(), Is.EqualTo(Enumerable.Range(0, 60)));
        Assert.That(DataSplit.Folds(11, 3).Select(fold => fold.Test.Length).Order(), Is.EqualTo(new[] { 3, 4, 4 }));
        Assert.That(() => DataSplit.Folds(2, 3), Throws.ArgumentException.With.Message.Contain("2 samples do not fill 3 folds"));
    }

    [Test]
    public void Class_weights_give_each_class_the_same_say()
    {
        long[] labels = [0, 0, 0, 3, 0, 1, 0, 1];
        Assert.That(ClassWeights.Balanced(labels, 4).ToArray<float>(), Is.EqualTo(new[] { 8 / 15f, 8 / 6f, 0, 8 / 3f }));
        var weights = ClassWeights.OfSamples(labels, 4).ToArray<float>();
        Assert.That(weights.Sum(), Is.EqualTo(8).Within(1e-5));
        foreach (var c in new long[] { 0, 1, 3 }) Assert.That(weights.Where((_, i) => labels[i] == c).Sum(), Is.EqualTo(8 / 3.0).Within(1e-5));
        Assert.That(() => ClassWeights.Balanced(labels, 3), Throws.ArgumentException.With.Message.Contain("label 3 of sample 3"));
        Assert.That(() => ClassWeights.Balanced([], 3), Throws.ArgumentException);
    }

    private static List<int> Indices(DataLoader loader) => [.. loader.SelectMany(batch => batch.Indices)];

    private sealed class Slow : Dataset
    {
        private int _running, _late;

        /// <summary>What making a batch does; false if it came too late.</summary>
        public Func<bool> Make { get; set; } = () => true;

        public int Running => Volatile.Read(ref _running);

        public int Late => Volatile.Read(ref _late);

        public override int Count => 8;

        public override Batch Collate(ReadOnlySpan<int> indices, SampleContext context)
        {
            Interlocked.Increment(ref _running);
            if (!Make()) Interlocked.Increment(ref _late);
            Interlocked.Decrement(ref _running);
            return new([Tensor.Zeros([indices.Length])], indices.ToArray());
        }
    }

    private sealed class Broken : Dataset
    {
        public override int Count => 8;

        public override Batch Collate(ReadOnlySpan<int> indices, SampleContext context) =>
            indices.Contains(4) ? throw new InvalidOperationException("sample 4") : new([Tensor.Zeros([indices.Length])], indices.ToArray());
    }
}
