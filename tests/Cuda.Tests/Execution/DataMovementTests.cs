using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Execution;
using CudaNet.Cuda.Virtual;
using CudaNet.Execution;
using CudaNet.Ops;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests.Execution;

/// <summary>Ops that move and order data on the virtual device: that the device runs them, at sizes where it takes other ways
/// than the catalogue's samples, with the CPU's results.</summary>
[NonParallelizable]
public sealed class DataMovementTests
{
    private static int _devices = 100;
    private CudaBackend _backend = null!;
    private Device _device;

    [OneTimeSetUp]
    public void Start_a_device()
    {
        _device = new("virtualmoves", Interlocked.Increment(ref _devices));
        _backend = new(_device, new VirtualCudaDriver(new VirtualDeviceOptions { MemoryBytes = 512 << 20 }), KernelCompilers.ForVirtualDevice(), new CudaOptions());
        Backends.Register("virtualmoves", _ => _backend);
    }

    [OneTimeTearDown]
    public void Stop_the_device() => _backend.Dispose();

    [Test]
    public void The_device_runs_them_itself()
    {
        TensorType x = new([4, 6], DType.Float32), i = new([4, 6], DType.Int64), state = new([2], DType.Int64);
        (Op Op, TensorType[] Inputs)[] ops =
        [
            (new Concat(0), [x, x]), (new Pad([1, 0], [0, 1], [0, 0], 0), [x]), (new Take(0), [x, i]), (new Gather(0), [x, i]), (new Scatter(0), [x, i, x]), (new ScatterAdd(0, 4), [i, x]), (new IndexAdd(0, 4), [new([4], DType.Int64), x]),
            (new FlatIndex(4, false), [i]), (new ArgSort(1, false), [x]), (new TopK(1, 2, true), [x]), (new SearchSorted(false), [x, x]), (new CumSum(1, false), [x]), (new LinearRecurrence(1, true), [x, x]), (new CumArgMax(1, false), [x]),
            (new RandomBits([3], DType.Int64), [state]), (new RandomUniform([3], DType.Float32), [state]), (new RandomNormal([3], DType.Float64), [state]), (new RandomInteger([3], DType.UInt8, 0, 9), [state]), (new Iota(3, DType.Float16), []),
        ];
        foreach (var (op, inputs) in ops) Assert.That(_backend.RunsOnDevice(op, inputs), Is.True, op.Name);
    }

    [Test]
    public void A_cache_is_written_where_it_lies()
    {
        var slot = new State(Tensor.Zeros([2, 70, 9], device: _device).Realize());
        var write = Compiled.Of(x =>
        {
            var next = slot.Value.IndexCopy(x[1], x[0], 1);
            slot.Assign(next);
            return [next.Sum((int[])[0, 2])];
        });
        for (var k = 0; k < 5; k++)
        {
            var sums = write([Tensor.Full([2, 1, 9], k + 1, device: _device).Realize(), Tensor.From([13L * k], [1], _device)])[0].ToArray<float>();
            for (var row = 0; row < 70; row++) Assert.That(sums[row], Is.EqualTo(row % 13 == 0 && row / 13 <= k ? 18 * (row / 13 + 1) : 0), $"write {k}, row {row}");
        }
    }

    [Test]
    public void Many_rows_are_added_up_as_on_the_CPU_and_the_same_every_time()
    {
        // Whole numbers first, so that the order of additions does not matter.
        var indices = Tensor.Randint([3000], 0, 70);
        foreach (var type in new[] { DType.Int32, DType.Float32, DType.BFloat16 })
        {
            var values = Tensor.Randint([3000, 9], -3, 4).To(type).Realize();
            var expected = Tensor.Zeros([70, 9], type).IndexAdd(indices, values).ToDoubles();
            Assert.That(Tensor.Zeros([70, 9], type, _device).IndexAdd(On(indices), On(values)).ToDoubles(), Is.EqualTo(expected), type.ToString());
        }
        var floats = Tensor.Rand([3000, 9]).Realize();
        double[] Sums() => Tensor.Zeros([70, 9], device: _device).IndexAdd(On(indices), On(floats)).ToDoubles();
        double[] once = Sums(), again = Sums();
        Assert.That(again, Is.EqualTo(once));
    }

    [Test]
    public void A_long_vector_is_scattered_and_summed_as_on_the_CPU()
    {
        Tensor indices = Tensor.Randint([5000], 0, 800).Realize(), values = Tensor.Randint([5000], -9, 9).Realize(), zeros = Tensor.Zeros([800], DType.Int64);
        Assert.That(On(zeros).Scatter(On(indices), On(values), 0).ToDoubles(), Is.EqualTo(zeros.Scatter(indices, values, 0).ToDoubles()));
        Assert.That(On(zeros).ScatterAdd(On(indices), On(values), 0).ToDoubles(), Is.EqualTo(zeros.ScatterAdd(indices, values, 0).ToDoubles()));
    }

    [Test]
    public void Long_rows_are_sorted_selected_and_scanned_as_on_the_CPU()
    {
        var x = Tensor.Randint([2, 9000], -300, 300).Realize();
        Assert.That(On(x).ArgSort(1, true).ToDoubles(), Is.EqualTo(x.ArgSort(1, true).ToDoubles()));
        Assert.That(On(x).TopK(40).Indices.ToDoubles(), Is.EqualTo(x.TopK(40).Indices.ToDoubles()));
        Assert.That(On(x).CumSum(1, true).ToDoubles(), Is.EqualTo(x.CumSum(1, true).ToDoubles()));
        Assert.That(On(x).CumMax(1).Indices.ToDoubles(), Is.EqualTo(x.CumMax(1).Indices.ToDoubles()));
    }

    [Test]
    public void Few_long_columns_are_scanned_as_on_the_CPU()
    {
        Tensor x = Tensor.Randint([2, 9001, 3], -300, 300).Realize(), halves = Tensor.Full([700, 2], 0.5).Realize();
        Assert.That(On(x).CumSum(1).ToDoubles(), Is.EqualTo(x.CumSum(1).ToDoubles()));
        Assert.That(On(x).CumMin(1).Indices.ToDoubles(), Is.EqualTo(x.CumMin(1).Indices.ToDoubles()));
        // The sums are 1 in Float32 before orders of operations can differ.
        Assert.That(Tensor.LinearRecurrence(On(halves), On(halves), 0, true).ToDoubles(), Is.EqualTo(Tensor.LinearRecurrence(halves, halves, 0, true).ToDoubles()));
    }

    [Test]
    public void Draws_are_those_of_the_CPU()
    {
        double[] Of(Device device) => new RandomUniform([1037], DType.Float32).Apply(Tensor.From([5L, 6L], [2], device)).ToDoubles();
        Assert.That(Of(_device), Is.EqualTo(Of(Device.Cpu)));
    }

    [Test]
    public void An_index_out_of_range_raises_the_CPUs_message_and_leaves_the_device_usable()
    {
        var x = Tensor.Rand([5, 3], device: _device).Realize();
        var bad = Tensor.From([0L, 5L], [2], _device);
        Assert.That(() => x.Take(bad).ToDoubles(), Throws.InstanceOf<IndexValueException>().With.Message.EqualTo("Take: index 5 is out of range for axis 0 of 5 elements. Indices are 0 … 4."));
        Assert.That(() => Tensor.Zeros([5, 3], device: _device).IndexAdd(bad, Tensor.Ones([2, 3], device: _device)).ToDoubles(), Throws.InstanceOf<IndexValueException>().With.Message.Contains("IndexAdd: index 5"));
        Assert.That(x.Take(Tensor.From([4L], [1], _device)).ToDoubles(), Is.EqualTo(x.ToDoubles()[12..]));
    }

    private Tensor On(Tensor x) => x.To(_device);
}
