using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Execution;
using CudaNet.Graphs;

namespace CudaNet.Tests.Execution;

/// <summary>What the backend promises beyond the values of ops: memory, errors, recordings, and that one device's fault is not another's.</summary>
[NonParallelizable]
[TestFixture(false)]
[TestFixture(true)]
public sealed class BackendTests(bool deferred)
{
    [Test]
    public void Values_go_to_the_device_and_back_in_any_size([Values(0, 1, 5, 4 << 20, (8 << 20) + 3)] int count)
    {
        using var run = Start();
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        Assert.That(Tensor.From(bytes, [count], run.Device).ToBytes(), Is.EqualTo(bytes));
    }

    [Test]
    public void A_plan_is_replayed_from_its_third_run_on_with_the_same_values()
    {
        using var run = Start();
        var input = Tensor.Rand([8, 32], device: run.Device).Realize();
        var softmax = Compiled.Of((Tensor x) => (x.Softmax(-1).Softmax(-1) + x.LogSoftmax(-1).Softmax(-1)).Softmax(-1).Softmax(-1));
        var first = softmax(input).ToDoubles();
        var launches = run.Launches;
        for (var k = 0; k < 6; k++) Assert.That(softmax(input).ToDoubles(), Is.EqualTo(first));
        Assert.That(run.Launches, Is.GreaterThan(launches));
    }

    [Test]
    public void With_CUDANET_SYNC_an_error_names_the_step_that_made_it()
    {
        using var run = Start(new CudaOptions { Synchronous = true });
        var x = Tensor.Rand([4, 8], device: run.Device).Realize();
        // The memory goes away under the tensor: what a kernel with a wrong address does.
        run.Driver.Free(new(x.Node.Buffer!.Pointer));
        var error = Assert.Throws<CudaException>(() => x.Softmax(-1).Realize())!;
        Assert.That(error.Message, Does.Contain("Softmax").And.Contain("f32[4, 8]"));
    }

    [Test]
    public void A_device_that_is_lost_leaves_others_usable()
    {
        using VirtualRun lost = Start(), other = Start();
        var x = Tensor.Rand([4, 8], device: lost.Device).Realize();
        lost.Driver.Free(new(x.Node.Buffer!.Pointer));
        Assert.That(() => x.Softmax(-1).ToArray<float>(), Throws.InstanceOf<CudaException>());
        Assert.That(() => Tensor.Ones([2], device: lost.Device).Softmax(-1).ToArray<float>(), Throws.InstanceOf<CudaException>(), "a lost device stays lost");
        Assert.That(Tensor.Ones([2], device: other.Device).Softmax(-1).ToArray<float>(), Is.EqualTo(new[] { 0.5f, 0.5f }));
    }

    [Test]
    public void Memory_that_runs_out_is_an_exception_that_names_the_holders_and_leaves_the_device_usable()
    {
        using var run = Start(memory: 64 << 20);
        var held = Tensor.Ones([2 << 20], device: run.Device).Realize();
        var error = Assert.Throws<OutOfMemoryException>(() => Tensor.Rand([1 << 28], device: run.Device).Realize())!;
        Assert.That(error.Message, Does.Contain("1.00 GiB").And.Contain("8.0 MiB"));
        Assert.That(held.Reshape([2, 1 << 20]).Softmax(-1).Realize().Shape[0], Is.EqualTo(2));
    }

    [Test]
    public void Dropped_tensors_give_their_memory_back()
    {
        using var run = Start(memory: 16 << 20);
        for (var k = 0; k < 40; k++) Tensor.Rand([1 << 18], device: run.Device).Realize();
        Assert.That(run.Backend.Memory.PeakBytes, Is.LessThan(16 << 20));
    }

    [Test]
    public void A_block_that_the_pool_hands_out_again_is_garbage()
    {
        using var run = Start();
        var first = run.Backend.Memory.Allocate(1000);
        var place = first.Pointer;
        run.Driver.CopyToDevice(new(place), new byte[1000]);
        first.Dispose();
        using var second = run.Backend.Memory.Allocate(1000);
        run.Backend.Synchronize();
        var bytes = new byte[1000];
        run.Driver.CopyToHost(bytes, new(second.Pointer));
        Assert.That(second.Pointer, Is.EqualTo(place));
        Assert.That(bytes, Is.All.EqualTo(0xFF));
    }

    private VirtualRun Start(CudaOptions? options = null, long memory = 256 << 20) => new(options, memory, deferred);
}
