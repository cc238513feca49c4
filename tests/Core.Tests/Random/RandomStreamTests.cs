using CudaNet.Execution;

namespace CudaNet.Tests.RandomNumbers;

public class RandomStreamTests
{
    [Test]
    public void A_seed_gives_the_same_numbers_and_each_draw_others()
    {
        var (a, b) = (new RandomStream(7), new RandomStream(7));
        var (first, second) = (a.Uniform([5]).ToArray<float>(), a.Uniform([5]).ToArray<float>());
        Assert.That(b.Uniform([5]).ToArray<float>(), Is.EqualTo(first));
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(Tensor.Rand([5], seed: 7).ToArray<float>(), Is.EqualTo(first), "a seed alone is the first draw of its stream");
        Assert.That(new RandomStream(8).Uniform([5]).ToArray<float>(), Is.Not.EqualTo(first));
    }

    [Test]
    public void A_longer_draw_begins_with_a_shorter_one() =>
        Assert.That(Tensor.Randn([1001], seed: 1).ToArray<float>()[..10], Is.EqualTo(Tensor.Randn([10], seed: 1).ToArray<float>()));

    [Test]
    public void A_compiled_function_gets_the_numbers_of_an_uncompiled_one()
    {
        var (plain, compiled) = (new RandomStream(3), new RandomStream(3));
        Tensor Noise(RandomStream stream) => stream.Normal([4]) + stream.Uniform([4]);
        var call = Compiled.Of(() => Noise(compiled));
        for (var k = 0; k < 4; k++) Assert.That(call().ToArray<float>(), Is.EqualTo(Noise(plain).ToArray<float>()), $"call {k}");
        // Draws outside go on where the compiled function stopped, and the other way round.
        Assert.That(compiled.Position, Is.EqualTo((3L, 8L)));
        Assert.That(compiled.Uniform([4]).ToArray<float>(), Is.EqualTo(plain.Uniform([4]).ToArray<float>()));
        Assert.That(call().ToArray<float>(), Is.EqualTo(Noise(plain).ToArray<float>()));
    }

    [Test]
    public void A_restored_slot_continues_the_stream()
    {
        var stream = new RandomStream(11);
        stream.Uniform([3]).Realize();
        var saved = stream.Value.ToArray<long>();
        var expected = stream.Uniform([3]).ToArray<float>();
        var other = new RandomStream(0);
        other.Assign(Tensor.From(saved));
        Assert.That(other.Uniform([3]).ToArray<float>(), Is.EqualTo(expected));
        other.Seek(11, 1);
        Assert.That(other.Uniform([3]).ToArray<float>(), Is.EqualTo(expected));
    }

    [Test]
    public void A_draw_that_is_read_late_is_what_it_was_when_it_was_made()
    {
        var stream = new RandomStream(5);
        var late = stream.Uniform([3]);
        for (var k = 0; k < 3; k++) stream.Uniform([3]).Realize();
        Assert.That(late.ToArray<float>(), Is.EqualTo(Tensor.Rand([3], seed: 5).ToArray<float>()));
    }

    [Test]
    public void The_default_stream_can_be_seeded()
    {
        RandomStream.Default.Seed(42);
        var first = Tensor.Rand([3]).ToArray<float>();
        Assert.That(Tensor.Rand([3]).ToArray<float>(), Is.Not.EqualTo(first));
        RandomStream.Default.Seed(42);
        Assert.That(Tensor.Rand([3]).ToArray<float>(), Is.EqualTo(first));
    }

    [Test]
    public void Threads_share_a_stream_without_drawing_anything_twice()
    {
        var stream = new RandomStream(1);
        var draws = new System.Collections.Concurrent.ConcurrentBag<long>();
        Parallel.For(0, 8, _ =>
        {
            for (var k = 0; k < 50; k++) draws.Add(stream.Next().ToArray<long>()[1]);
        });
        Assert.That(draws.Order(), Is.EqualTo(Enumerable.Range(0, 400).Select(k => (long)k)));
    }
}
