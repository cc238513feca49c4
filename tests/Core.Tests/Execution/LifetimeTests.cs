using CudaNet.Execution;

namespace CudaNet.Tests.Execution;

[NonParallelizable]
public class LifetimeTests
{
    [Test]
    public void Fifty_thousand_additions_to_an_unread_sum_are_right_and_bounded()
    {
        var sum = Tensor.Scalar(0.0);
        for (var k = 0; k < 50_000; k++) sum += k;
        Assert.That(sum.Item(), Is.EqualTo(50_000.0 * 49_999 / 2));
    }

    [Test]
    public void Fifty_thousand_additions_of_data_are_right_and_bounded()
    {
        var one = Tensor.From(1.0, 2.0);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sum = Tensor.From(0.0, 0.0);
        for (var k = 0; k < 50_000; k++) sum += one;
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.That(sum.ToArray<double>(), Is.EqualTo(new[] { 50_000.0, 100_000.0 }));
        Assert.That(grown, Is.LessThan(32 << 20), "the graph behind the sum is let go of");
    }

    [Test]
    public void An_error_in_a_kernel_leaves_the_engine_usable_and_gives_the_memory_back()
    {
        var pool = Device.Cpu.Backend.Memory;
        var table = Tensor.From(new float[12], [4, 3]).Realize();
        for (var k = 0; k < 50; k++)
            Assert.That(() => table.Take(Tensor.From(1L, 9L), 0).Exp().Realize(), Throws.InstanceOf<IndexValueException>());
        var live = pool.LiveBytes;
        for (var k = 0; k < 50; k++)
            Assert.That(() => table.Take(Tensor.From(1L, 9L), 0).Exp().Realize(), Throws.InstanceOf<IndexValueException>());
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.That(pool.LiveBytes, Is.LessThanOrEqualTo(live));
        Assert.That(table.Take(Tensor.From(1L), 0).Sum().Item(), Is.Zero);
    }

    [Test]
    public void Several_threads_may_compute_at_once()
    {
        var x = Tensor.Randn([64, 64], 1).Realize();
        var expected = x.MatMul(x).Tanh().Sum().Item();
        var results = new double[64];
        Parallel.For(0, results.Length, k => results[k] = x.MatMul(x).Tanh().Sum().Item());
        Assert.That(results, Is.All.EqualTo(expected));
    }
}
