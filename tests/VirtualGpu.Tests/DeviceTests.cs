using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>The device: memory, launches that are refused, occupancy and roofline.</summary>
public sealed class DeviceTests
{
    private static LaunchErrorKind Refuse(Action<VirtualDevice, VirtualFunction> launch, string file = "basics", string name = "vector_add")
    {
        using var device = new VirtualDevice();
        using var module = device.LoadModule(TestDevice.Ptx(file));
        var error = Assert.Throws<LaunchException>(() => launch(device, module.GetFunction(name)))!;
        Assert.That(error.Message, Does.Contain(name));
        return error.Kind;
    }

    [Test]
    public void A_launch_is_checked_against_the_signature()
    {
        var p = DevicePointer.Null;
        Assert.Multiple(() =>
        {
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, 1, 32, 0, p, p, p)), Is.EqualTo(LaunchErrorKind.ArgumentCount));
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, 1, 32, 0, p, p, p, 5L)), Is.EqualTo(LaunchErrorKind.ArgumentSize));
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, 1, 32, 0, p, 5, p, 5)), Is.EqualTo(LaunchErrorKind.ArgumentSize));
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, 1, 32, 0, p, p, p, 5f)), Is.EqualTo(LaunchErrorKind.ArgumentType));
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, 1, 32, 0, 5, 5), name: "say"), Is.EqualTo(LaunchErrorKind.ArgumentType));
        });
    }

    [Test]
    public void A_launch_is_checked_against_the_card()
    {
        var p = DevicePointer.Null;
        Assert.Multiple(() =>
        {
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, 1, 1025, 0, p, p, p, 5)), Is.EqualTo(LaunchErrorKind.BlockSize));
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, 1, new Dim3(1, 1, 65), 0, p, p, p, 5)), Is.EqualTo(LaunchErrorKind.BlockSize));
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, 1, 0, 0, p, p, p, 5)), Is.EqualTo(LaunchErrorKind.BlockSize));
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, new Dim3(1, 70000), 32, 0, p, p, p, 5)), Is.EqualTo(LaunchErrorKind.GridSize));
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, 1, 32, 170_000, p, p, p, 5)), Is.EqualTo(LaunchErrorKind.SharedMemory));
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, 1, 512, 0, p, p, p, 5, 5, 5), "gemm", "gemm_simt"), Is.EqualTo(LaunchErrorKind.BlockSize));
            Assert.That(Refuse((device, kernel) => device.Launch(kernel, 1_000_000, 32, 0, new LaunchOptions { Cooperative = true }, p, p, p, 5)), Is.EqualTo(LaunchErrorKind.GridSize));
        });
    }

    [Test]
    public void Memory_is_counted_and_refused_when_it_is_used_up()
    {
        using var device = new VirtualDevice(new VirtualDeviceOptions { MemoryBytes = 1000 });
        var a = device.Allocate(600);
        var error = Assert.Throws<OutOfDeviceMemoryException>(() => device.Allocate(500))!;
        Assert.That((error.Requested, error.Available), Is.EqualTo((500, 400)));
        device.Free(a);
        Assert.That(device.UsedBytes, Is.Zero);
        device.Free(device.Allocate(1000));
        device.Free(DevicePointer.Null);
    }

    [Test]
    public void Wrong_frees_and_copies_name_what_lies_there()
    {
        using var device = new VirtualDevice();
        var a = device.Allocate(100);
        Assert.That(() => device.Free(a + 4), Throws.TypeOf<VirtualGpuException>().With.Message.Contains("no allocation starts there"));
        Assert.That(() => device.CopyToDevice<int>(a + 96, [1, 2]), Throws.TypeOf<VirtualGpuException>().With.Message.Contains("96 bytes inside allocation #1 of 100 bytes"));
        device.Free(a);
        Assert.That(() => device.Free(a), Throws.TypeOf<VirtualGpuException>().With.Message.Contains("freed before"));
        Assert.That(() => device.Download<int>(a, 1), Throws.TypeOf<VirtualGpuException>().With.Message.Contains("freed allocation #1"));
        Assert.That(() => device.Download<int>(DevicePointer.Null, 1), Throws.TypeOf<VirtualGpuException>().With.Message.Contains("null"));
    }

    [Test]
    public void Copies_and_fills_keep_track_of_what_is_written()
    {
        using var device = new TestDevice();
        DevicePointer a = device.Allocate(256), b = device.Allocate(256), c = device.Allocate(256);
        device.Device.Fill(a, 3.0f, 64);
        device.Device.CopyOnDevice(b, a, 128);
        device.Device.CopyOnDevice(b + 64, b, 128);
        Assert.That(device.Device.Download<float>(b, 48), Is.All.EqualTo(3));
        var result = device.Device.Launch(device.Kernel("damaged", "copies"), 1, 64, 0, b, c);
        Assert.That(result.Findings.Single().Address, Is.EqualTo(b.Address + 192));
    }

    [Test]
    public void A_range_can_be_made_unwritten_again()
    {
        using var device = new TestDevice();
        DevicePointer a = device.Upload(new float[64]), b = device.Allocate(256);
        device.Device.MarkUninitialized(a + 128, 64);
        Assert.That(device.Device.Download<uint>(a, 64).Skip(31).Take(2), Is.EqualTo(new[] { 0u, uint.MaxValue }));
        var copies = device.Kernel("damaged", "copies");
        var finding = device.Device.Launch(copies, 1, 64, 0, a, b).Findings.Single();
        Assert.That((finding.Kind, finding.Address, finding.Count), Is.EqualTo((FindingKind.UninitializedRead, a.Address + 128, 16)));
        device.Device.Fill(a + 128, 0f, 16);
        device.Clean(copies, 1, 64, 0, a, b);
        device.Device.MarkUninitialized(a, 0);
        Assert.That(() => device.Device.MarkUninitialized(a + 252, 8), Throws.TypeOf<VirtualGpuException>().With.Message.Contains("252 bytes inside allocation"));

        using var relaxed = new TestDevice(CheckOptions.None);
        var c = relaxed.Upload(new float[4]);
        relaxed.Device.MarkUninitialized(c, 16);
        Assert.That(relaxed.Device.Download<float>(c, 4), Is.All.Zero);
    }

    [Test]
    public void Two_devices_do_not_share_kernels()
    {
        using var first = new VirtualDevice();
        using var second = new VirtualDevice();
        var kernel = first.LoadModule(TestDevice.Ptx("basics")).GetFunction("vector_add");
        Assert.That(() => second.Launch(kernel, 1, 1, 0), Throws.TypeOf<VirtualGpuException>().With.Message.Contains("another device"));
    }

    // From the occupancy calculator of CUDA for compute capability 8.0, 9.0 and 8.9.
    [TestCase("A100", 256, 32, 0, 8, 1.0, "warps")]
    [TestCase("A100", 256, 64, 0, 4, 0.5, "registers")]
    [TestCase("A100", 128, 128, 49152, 3, 0.1875, "shared memory")]
    [TestCase("A100", 32, 32, 0, 32, 0.5, "blocks")]
    [TestCase("H100", 256, 255, 0, 1, 0.125, "registers")]
    [TestCase("H100", 384, 168, 200 * 1024, 1, 0.1875, "registers")]
    [TestCase("RTX 4090", 256, 40, 0, 6, 1.0, "warps")]
    [TestCase("RTX 4090", 1024, 32, 0, 1, 2.0 / 3, "warps")]
    public void Occupancy_agrees_with_the_calculator(string card, int threads, int registers, int shared, int blocks, double fraction, string limit)
    {
        var occupancy = Occupancy.Of(GpuCard.All.Single(known => known.Name == card), threads, registers, shared);
        Assert.That(occupancy.BlocksPerMultiprocessor, Is.EqualTo(blocks));
        Assert.That(occupancy.Fraction, Is.EqualTo(fraction).Within(1e-9));
        Assert.That(occupancy.Limit, Is.EqualTo(limit));
    }

    [Test]
    public void A_vector_addition_is_bound_by_memory_and_a_matrix_product_by_arithmetic()
    {
        using var device = new TestDevice();
        const int N = 4096;
        var a = device.Upload(new float[N]);
        var c = device.Allocate(4 * N);
        var add = device.Clean(device.Kernel("basics", "vector_add"), N / 256, 256, 0, a, a, c, N).Counters.Roofline(GpuCard.A100);
        Assert.That(add.IsMemoryBound);
        Assert.That(add.Seconds, Is.EqualTo(12.0 * N / 1.555e12).Within(1e-15));
        var half = device.Upload(new ushort[64 * 64]);
        var product = device.Clean(device.Kernel("gemm", "gemm_tensor"), 1, 128, 0, half, half, c, 64, 64, 64);
        Assert.That(product.Counters.Roofline(GpuCard.H100).ComputeSeconds, Is.EqualTo(2.0 * 64 * 64 * 64 / 989.4e12).Within(1e-18));
        Assert.That(product.Occupancy(GpuCard.A100).BlocksPerMultiprocessor, Is.GreaterThan(3));
        Assert.That(product.Counters.Mix[InstructionClass.Tensor], Is.EqualTo(4 * 32 * 2 * 2 * (8 + 4)));
    }

    [Test]
    public void Streams_run_in_order_and_events_take_the_time()
    {
        using var device = new TestDevice();
        var stream = new VirtualStream(device.Device);
        VirtualEvent start = new(), end = new();
        Assert.That(() => end.ElapsedSince(start), Throws.TypeOf<VirtualGpuException>());
        Assert.That(() => stream.Wait(start), Throws.TypeOf<VirtualGpuException>());
        DevicePointer x = device.Upload(new float[64]), y = device.Allocate(256);
        stream.Record(start);
        stream.Launch(device.Kernel("damaged", "copies"), 1, 64, 0, x, y);
        stream.Record(end);
        new VirtualStream(device.Device).Wait(end);
        stream.Synchronize();
        Assert.That(end.ElapsedSince(start), Is.GreaterThan(TimeSpan.Zero));
    }
}
