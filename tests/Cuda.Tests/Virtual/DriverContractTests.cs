using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Virtual;

namespace CudaNet.Tests;

/// <summary>What every driver does for a backend: the virtual one, the same with work put off as long as possible, and a card where
/// there is one.</summary>
[TestFixture("virtual")]
[TestFixture("virtual, deferred")]
[TestFixture("card")]
public sealed class DriverContractTests(string kind)
{
    private ICudaDriver _driver = null!;
    private CudaModuleHandle _module;

    [SetUp]
    public void Open()
    {
        _driver = Make();
        _module = _driver.LoadModule(Encoding.UTF8.GetBytes(TestKernels.Ptx));
    }

    [TearDown]
    public void Close() => _driver?.Dispose();

    private ICudaDriver Make()
    {
        if (kind != "card") return new VirtualCudaDriver(new() { MemoryBytes = 64 << 20, Workers = 2 }, deferred: kind.EndsWith("deferred", StringComparison.Ordinal));
        if (!CudaDriver.IsAvailable) Assert.Ignore("There is no card here.");
        return new LibCudaDriver();
    }

    private CudaFunctionHandle Kernel(string name) => _driver.GetFunction(_module, name);

    private CudaDevicePointer Upload(params float[] values)
    {
        var pointer = _driver.TryAllocate(values.Length * sizeof(float));
        _driver.CopyToDevice(pointer, MemoryMarshal.AsBytes<float>(values));
        return pointer;
    }

    private float[] Download(CudaDevicePointer pointer, int count)
    {
        var values = new float[count];
        _driver.CopyToHost(MemoryMarshal.AsBytes(values.AsSpan()), pointer);
        return values;
    }

    private void Saxpy(float a, CudaDevicePointer x, CudaDevicePointer y, CudaStreamHandle stream, int count = 4) =>
        _driver.Launch(Kernel("saxpy"), new CudaLaunch((count + 31) / 32, 32), stream, [count, a, x, y]);

    private static CudaStatus StatusOf(Action call) => Assert.Throws<CudaException>(call)!.Status;

    [Test]
    public unsafe void A_kernel_runs_between_copies_in_its_stream()
    {
        var stream = _driver.CreateStream();
        CudaDevicePointer x = _driver.TryAllocate(16), y = _driver.TryAllocateAsync(16, stream);
        var host = _driver.AllocateHost(16);
        var values = new Span<float>((void*)host, 4);
        for (var i = 0; i < 4; i++) values[i] = i + 1;
        _driver.CopyToDeviceAsync(x, host, 16, stream);
        _driver.FillAsync(y, BitConverter.SingleToUInt32Bits(0.5f), 4, stream);
        Saxpy(2, x, y, stream);
        _driver.CopyToHostAsync(host, y, 16, stream);
        _driver.FreeAsync(y, stream);
        _driver.Synchronize(stream);
        Assert.That(values.ToArray(), Is.EqualTo(new[] { 2.5f, 4.5f, 6.5f, 8.5f }));
        _driver.FreeHost(host);
        _driver.Free(x);
        _driver.DestroyStream(stream);
    }

    [Test]
    public void A_stream_that_waits_for_an_event_sees_the_work_before_it()
    {
        CudaStreamHandle first = _driver.CreateStream(), second = _driver.CreateStream();
        CudaDevicePointer x = Upload(1, 2, 3, 4), y = Upload(0, 0, 0, 0), z = Upload(0, 0, 0, 0);
        var done = _driver.CreateEvent();
        for (var i = 0; i < 5; i++) Saxpy(1, x, y, first);
        _driver.Record(done, first);
        // Work behind the event may or may not be seen, so it does not touch y.
        Saxpy(1, y, z, first);
        _driver.Wait(second, done);
        Saxpy(10, x, y, second);
        _driver.Synchronize(second);
        Assert.That(Download(y, 4), Is.EqualTo(new float[] { 15, 30, 45, 60 }));
        _driver.DestroyEvent(done);
    }

    [Test]
    public void The_default_stream_and_blocking_ones_wait_for_one_another()
    {
        var blocking = _driver.CreateStream(CudaStreamFlags.Default);
        CudaDevicePointer x = Upload(1, 1, 1, 1), y = Upload(0, 0, 0, 0);
        Saxpy(1, x, y, blocking);
        Saxpy(1, y, x, default);
        Saxpy(1, x, y, blocking);
        Assert.That(Download(y, 4), Is.All.EqualTo(3));
    }

    [Test]
    public void Whoever_asks_again_and_again_sees_the_work_done()
    {
        var stream = _driver.CreateStream();
        CudaDevicePointer x = Upload(1, 1, 1, 1), y = Upload(0, 0, 0, 0);
        var done = _driver.CreateEvent();
        Saxpy(1, x, y, stream);
        _driver.Record(done, stream);
        Assert.That(() => _driver.IsDone(done), Is.True.After(5000, 1));
        Assert.That(() => _driver.IsDone(stream), Is.True.After(5000, 1));
        Assert.That(Download(y, 4), Is.All.EqualTo(1));
    }

    [Test]
    public void Events_take_the_time_between_them()
    {
        var stream = _driver.CreateStream();
        CudaDevicePointer x = Upload(new float[1 << 16]), y = Upload(new float[1 << 16]);
        CudaEventHandle start = _driver.CreateEvent(CudaEventFlags.Default), end = _driver.CreateEvent(CudaEventFlags.Default), plain = _driver.CreateEvent();
        Assert.That(_driver.IsDone(start), Is.True, "an event that was never recorded");
        Assert.That(StatusOf(() => _driver.Elapsed(start, end)), Is.EqualTo(CudaStatus.InvalidHandle));
        _driver.Record(start, stream);
        Saxpy(1, x, y, stream, 1 << 16);
        _driver.Record(end, stream);
        _driver.Record(plain, stream);
        _driver.Synchronize(end);
        Assert.That(_driver.Elapsed(start, end), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(StatusOf(() => _driver.Elapsed(start, plain)), Is.EqualTo(CudaStatus.InvalidHandle));
    }

    [Test]
    public void A_capture_records_and_a_graph_replays()
    {
        var stream = _driver.CreateStream();
        CudaDevicePointer x = Upload(1, 2, 3, 4), y = Upload(0, 0, 0, 0);
        _driver.BeginCapture(stream);
        Saxpy(1, x, y, stream);
        Saxpy(1, y, x, stream);
        var graph = _driver.EndCapture(stream);
        Assert.That(Download(y, 4), Is.All.EqualTo(0), "nothing has run yet");
        for (var i = 0; i < 3; i++) _driver.LaunchGraph(graph, stream);
        _driver.Synchronize(stream);
        Assert.That(Download(y, 4), Is.EqualTo(new float[] { 8, 16, 24, 32 }), "y grows by x, then x by y, three times");
        _driver.DestroyGraph(graph);
        Saxpy(1, x, y, stream);
        _driver.Synchronize(stream);
        Assert.That(Download(y, 4)[0], Is.EqualTo(21), "the stream works on after a capture");
    }

    [Test]
    public void A_capture_takes_in_the_streams_that_wait_for_it()
    {
        CudaStreamHandle stream = _driver.CreateStream(), beside = _driver.CreateStream();
        CudaDevicePointer x = Upload(1, 2, 3, 4), y = Upload(0, 0, 0, 0), z = Upload(0, 0, 0, 0);
        CudaEventHandle fork = _driver.CreateEvent(), join = _driver.CreateEvent();
        _driver.BeginCapture(stream);
        _driver.FillAsync(y, 0u, 4, stream);
        _driver.Record(fork, stream);
        _driver.Wait(beside, fork);
        Saxpy(2, x, z, beside);
        Saxpy(1, x, y, stream);
        _driver.Record(join, beside);
        _driver.Wait(stream, join);
        Saxpy(1, z, y, stream);
        var graph = _driver.EndCapture(stream);
        _driver.LaunchGraph(graph, stream);
        _driver.Synchronize(stream);
        Assert.That(Download(y, 4), Is.EqualTo(new float[] { 3, 6, 9, 12 }));
        Saxpy(1, x, z, beside);
        _driver.Synchronize(beside);
        Assert.That(Download(z, 4)[0], Is.EqualTo(3), "the other stream works on after the capture");
        _driver.DestroyGraph(graph);
    }

    [Test]
    public void A_capture_that_was_not_joined_is_refused()
    {
        CudaStreamHandle stream = _driver.CreateStream(), beside = _driver.CreateStream();
        CudaDevicePointer x = Upload(1), y = Upload(0);
        var fork = _driver.CreateEvent();
        _driver.BeginCapture(stream);
        Saxpy(1, x, y, stream, 1);
        _driver.Record(fork, stream);
        _driver.Wait(beside, fork);
        Saxpy(1, x, y, beside, 1);
        Assert.That(StatusOf(() => _driver.EndCapture(stream)), Is.EqualTo(CudaStatus.StreamCaptureUnjoined));
    }

    [Test]
    public void Waiting_for_a_captured_stream_spoils_the_capture()
    {
        var stream = _driver.CreateStream();
        _driver.BeginCapture(stream);
        Assert.That(StatusOf(() => _driver.Synchronize(stream)), Is.EqualTo(CudaStatus.StreamCaptureUnsupported));
        Assert.That(StatusOf(() => _driver.EndCapture(stream)), Is.EqualTo(CudaStatus.StreamCaptureInvalidated));
        _driver.Synchronize(stream);
    }

    [Test]
    public void What_cannot_be_captured_is_refused()
    {
        CudaStreamHandle stream = _driver.CreateStream(), beside = _driver.CreateStream();
        var outside = _driver.CreateEvent();
        _driver.Record(outside, beside);
        Assert.That(StatusOf(() => _driver.BeginCapture(default)), Is.EqualTo(CudaStatus.StreamCaptureUnsupported));
        Assert.That(StatusOf(() => _driver.EndCapture(stream)), Is.EqualTo(CudaStatus.IllegalState));
        _driver.BeginCapture(stream);
        Assert.That(StatusOf(() => _driver.BeginCapture(stream)), Is.EqualTo(CudaStatus.IllegalState));
        Assert.That(StatusOf(() => _driver.Wait(stream, outside)), Is.EqualTo(CudaStatus.StreamCaptureIsolation));
        Assert.That(StatusOf(() => _driver.EndCapture(stream)), Is.EqualTo(CudaStatus.StreamCaptureInvalidated));
    }

    [Test]
    public void An_event_of_a_capture_cannot_be_asked()
    {
        var stream = _driver.CreateStream();
        var inside = _driver.CreateEvent();
        _driver.BeginCapture(stream, CudaStreamCaptureMode.Relaxed);
        _driver.Record(inside, stream);
        Assert.That(StatusOf(() => _driver.IsDone(inside)), Is.EqualTo(CudaStatus.CapturedEvent));
    }

    [Test]
    public void Memory_that_is_not_there_is_a_null_pointer()
    {
        var (free, total) = _driver.MemoryInfo();
        Assert.That(free, Is.GreaterThan(0).And.LessThanOrEqualTo(total));
        Assert.That(_driver.TryAllocate(total + 1).IsNull);
        Assert.That(_driver.TryAllocateAsync(total + 1, default).IsNull);
        var pointer = _driver.TryAllocate(4 << 20);
        Assert.That(pointer.IsNull, Is.False);
        Assert.That((long)pointer.Value % 256, Is.Zero);
        Assert.That(_driver.MemoryInfo().Free, Is.LessThan(free));
        _driver.Free(pointer);
        Assert.That(_driver.TryAllocate(0).IsNull, Is.False, "a buffer of no bytes is a place as well");
        _driver.Free(CudaDevicePointer.Null);
        _driver.FreeAsync(CudaDevicePointer.Null, default);
        _driver.FreeHost(0);
    }

    [Test]
    public void Null_and_foreign_pointers_are_refused()
    {
        var some = Upload(1, 2);
        Assert.That(StatusOf(() => _driver.CopyToDevice(default, new byte[4])), Is.EqualTo(CudaStatus.InvalidValue));
        Assert.That(StatusOf(() => _driver.CopyToHost(new byte[4], default)), Is.EqualTo(CudaStatus.InvalidValue));
        Assert.That(StatusOf(() => _driver.CopyAsync(default, some, 4, default)), Is.EqualTo(CudaStatus.InvalidValue));
        Assert.That(StatusOf(() => _driver.FillAsync(default, (byte)1, 4, default)), Is.EqualTo(CudaStatus.InvalidValue));
        Assert.That(StatusOf(() => _driver.Free(some + 4)), Is.EqualTo(CudaStatus.InvalidValue));
        Assert.That(Download(some, 2), Is.EqualTo(new float[] { 1, 2 }));
    }

    [Test]
    public void Nothing_is_copied_or_filled_where_there_is_nothing()
    {
        _driver.CopyToDevice(default, []);
        _driver.CopyToHost([], default);
        _driver.CopyToDeviceAsync(default, 0, 0, default);
        _driver.CopyToHostAsync(0, default, 0, default);
        _driver.CopyAsync(default, default, 0, default);
        _driver.FillAsync(default, 1u, 0, default);
        _driver.Synchronize();
    }

    [Test]
    public void Kernels_and_variables_are_found_by_name()
    {
        var (address, bytes) = _driver.GetGlobal(_module, "counter");
        var values = new byte[8];
        _driver.CopyToHost(values, address);
        Assert.That((bytes, BitConverter.ToInt32(values, 4)), Is.EqualTo((8L, 7)));
        Assert.That(StatusOf(() => _driver.GetGlobal(_module, "nothing")), Is.EqualTo(CudaStatus.NotFound));
        var error = Assert.Throws<CudaException>(() => _driver.GetFunction(_module, "daxpy"))!;
        Assert.That(error.Status, Is.EqualTo(CudaStatus.NotFound));
        Assert.That(error.Message, Does.Contain("daxpy").And.Contain("mangled"));
        Assert.That(_driver.GetParameters(Kernel("saxpy"))!.Select(p => p.Type), Is.EqualTo(new[] { "u32", "f32", "u64", "u64" }));
        var (first, again) = (Kernel("saxpy"), Kernel("saxpy"));
        Assert.That(again, Is.EqualTo(first));
    }

    [Test]
    public void Attributes_tell_what_a_kernel_needs()
    {
        var kernel = Kernel("shared");
        Assert.That(_driver.GetAttribute(kernel, CudaFunctionAttribute.SharedSizeBytes), Is.EqualTo(32768));
        Assert.That(_driver.GetAttribute(kernel, CudaFunctionAttribute.MaxThreadsPerBlock), Is.EqualTo(1024));
        Assert.That(_driver.GetAttribute(kernel, CudaFunctionAttribute.RegisterCount), Is.InRange(1, 64));
        Assert.That(_driver.GetAttribute(kernel, CudaFunctionAttribute.PtxVersion), Is.EqualTo(80), "the architecture of the PTX");
        Assert.That(_driver.GetAttribute(Kernel("fixed"), CudaFunctionAttribute.MaxThreadsPerBlock), Is.EqualTo(64));
        Assert.That(_driver.GetAttribute(kernel, CudaFunctionAttribute.MaxDynamicSharedSizeBytes), Is.EqualTo(16 << 10));
        var possible = _driver.Properties.SharedBytesPerBlockOptIn - 32768;
        Assert.That(StatusOf(() => _driver.SetAttribute(kernel, CudaFunctionAttribute.MaxDynamicSharedSizeBytes, possible + 1)), Is.EqualTo(CudaStatus.InvalidValue));
        _driver.SetAttribute(kernel, CudaFunctionAttribute.MaxDynamicSharedSizeBytes, possible);
        Assert.That(_driver.GetAttribute(kernel, CudaFunctionAttribute.MaxDynamicSharedSizeBytes), Is.EqualTo(possible));
    }

    [Test]
    public void Large_shared_memory_is_asked_for_by_the_launch()
    {
        var x = Upload(0);
        _driver.Launch(Kernel("shared"), new CudaLaunch(1, 1) { SharedBytes = 60 << 10 }, default, [x]);
        Assert.That(BitConverter.SingleToInt32Bits(Download(x, 1)[0]), Is.EqualTo(17));
    }

    [Test]
    public void Occupancy_follows_from_threads_and_shared_memory()
    {
        var device = _driver.Properties;
        Assert.That(_driver.MaxActiveBlocks(Kernel("saxpy"), 256, 0), Is.EqualTo(Math.Min(device.MaxThreadsPerMultiprocessor / 256, device.MaxBlocksPerMultiprocessor)));
        Assert.That(_driver.MaxActiveBlocks(Kernel("shared"), 32, 0), Is.EqualTo(device.SharedBytesPerMultiprocessor / (33 << 10)), "32 KiB, and one more that the system takes");
        Assert.That(_driver.MaxActiveBlocks(Kernel("fixed"), 128, 0), Is.Zero);
        var (grid, block) = _driver.PotentialBlockSize(Kernel("saxpy"), 0);
        Assert.That(grid * block, Is.EqualTo(device.MultiprocessorCount * device.MaxThreadsPerMultiprocessor));
        Assert.That(_driver.PotentialBlockSize(Kernel("saxpy"), 0, 256).BlockSize, Is.EqualTo(256));
    }

    [Test]
    public void Wrong_launches_are_refused_before_they_reach_the_device()
    {
        var kernel = Kernel("saxpy");
        var x = Upload(1, 1);
        Assert.That(Refused(() => _driver.Launch(kernel, new CudaLaunch(1, 32), default, [2, 1f, x])), Does.Contain("it has 4 parameters (u32, f32, u64, u64), 3 arguments were given"));
        Assert.That(Refused(() => _driver.Launch(kernel, new CudaLaunch(1, 32), default, [2, 1, x, x])), Does.Contain("parameter 1 is f32 of 4 bytes, the argument is Integer"));
        Assert.That(Refused(() => _driver.Launch(kernel, new CudaLaunch(1, 32), default, [2L, 1f, x, x])), Does.Contain("parameter 0 is u32 of 4 bytes, the argument is Integer of 8 bytes"));
        Assert.That(Refused(() => _driver.Launch(kernel, new CudaLaunch(1, 1025), default, [2, 1f, x, x])), Does.Contain("1025 threads is more than its 1024"));
        Assert.That(Refused(() => _driver.Launch(Kernel("fixed"), new CudaLaunch(1, 65), default, [x])), Does.Contain("65 threads is more than its 64"));
        Assert.That(Refused(() => _driver.Launch(kernel, new CudaLaunch(0, 32), default, [2, 1f, x, x])), Does.Contain("the grid (0, 1, 1) is empty"));
        Assert.That(Refused(() => _driver.Launch(Kernel("shared"), new CudaLaunch(1, 32) { SharedBytes = 220 << 10 }, default, [x])), Does.Contain("225280 + 32768 bytes of shared memory"));
        Assert.That(Assert.Throws<CudaException>(() => _driver.Launch(kernel, new CudaLaunch(1 << 20, 1024) { Cooperative = true }, default, [2, 1f, x, x]))!.Status,
            Is.EqualTo(CudaStatus.CooperativeLaunchTooLarge));
        Assert.That(_driver.State, Is.EqualTo(CudaStatus.Success));
        Assert.That(Download(x, 2), Is.All.EqualTo(1));

        static string Refused(Action launch) => Assert.Throws<CudaLaunchException>(launch)!.Message;
    }

    [TestCase(1L << 40, CudaStatus.IllegalAddress)]
    [TestCase(2L, CudaStatus.MisalignedAddress)]
    public void A_stray_access_loses_the_device_and_a_new_one_works(long offset, CudaStatus expected)
    {
        var stream = _driver.CreateStream();
        var moment = _driver.CreateEvent();
        var (x, host) = (Upload(1), _driver.AllocateHost(4));
        // A card tells when it is waited for, at the latest.
        var error = Assert.Throws<CudaException>(() =>
        {
            _driver.Launch(Kernel("store"), new CudaLaunch(1, 1), stream, [x, offset]);
            _driver.Synchronize(stream);
        })!;
        Assert.That(error.Status, Is.EqualTo(expected));
        Assert.That(error.IsSticky);
        Assert.That(error.Message, Does.Contain("This context is lost"));
        Assert.That(_driver.State, Is.EqualTo(expected));
        Assert.That(StatusOf(() => _driver.Synchronize()), Is.EqualTo(expected));
        Assert.That(StatusOf(() => _driver.TryAllocate(4)), Is.EqualTo(expected));
        Assert.That(StatusOf(() => _driver.CopyToHost(new byte[4], x)), Is.EqualTo(expected));
        Assert.DoesNotThrow(() => GiveBack(x, host, stream, moment));
        _driver.Dispose();
        Open();
        CudaDevicePointer a = Upload(1), b = Upload(2);
        Saxpy(3, a, b, default, 1);
        Assert.That(Download(b, 1)[0], Is.EqualTo(5));
    }

    [Test]
    public void A_null_pointer_in_a_kernel_is_an_illegal_address()
    {
        Assert.That(StatusOf(() =>
        {
            _driver.Launch(Kernel("store"), new CudaLaunch(1, 1), default, [CudaDevicePointer.Null, 0L]);
            _driver.Synchronize();
        }), Is.EqualTo(CudaStatus.IllegalAddress));
    }

    [Test]
    public void Giving_back_after_disposal_does_no_harm()
    {
        var (x, host, stream, moment) = (Upload(1), _driver.AllocateHost(4), _driver.CreateStream(), _driver.CreateEvent());
        _driver.Dispose();
        _driver.Dispose();
        Assert.DoesNotThrow(() => GiveBack(x, host, stream, moment));
        Assert.Throws<ObjectDisposedException>(() => _driver.TryAllocate(4));
        Assert.Throws<ObjectDisposedException>(() => _driver.Synchronize());
    }

    [Test]
    public void PTX_that_does_not_compile_tells_its_line()
    {
        var error = Assert.Throws<CudaException>(() => _driver.LoadModule(".version 7.5\n.target sm_80\n.address_size 64\n.visible .entry k()\n{\n frobnicate.f32 %f0;\n}\n"u8))!;
        Assert.That(error.Status, Is.EqualTo(CudaStatus.InvalidPtx));
        Assert.That(error.Message, Does.Contain("line 6").And.Contain("frobnicate"));
        Assert.Throws<ArgumentException>(() => _driver.LoadModule([]));
        Assert.That(_driver.State, Is.EqualTo(CudaStatus.Success));
    }

    [Test]
    public void PTX_that_is_newer_than_the_driver_says_to_update_it()
    {
        var error = Assert.Throws<CudaException>(() => _driver.LoadModule(".version 99.0\n.target sm_80\n.address_size 64\n.visible .entry k() { ret; }\n"u8))!;
        Assert.That(error.Status, Is.EqualTo(CudaStatus.UnsupportedPtxVersion));
        Assert.That(error.Message, Does.Contain("update the driver"));
    }

    [Test]
    public void Many_threads_may_call_at_once()
    {
        var sums = new float[16];
        Parallel.For(0, 16, i =>
        {
            var stream = _driver.CreateStream();
            CudaDevicePointer x = Upload(i, i), y = Upload(0, 0);
            for (var k = 0; k < 10; k++) Saxpy(1, x, y, stream, 2);
            _driver.Synchronize(stream);
            sums[i] = Download(y, 2)[1];
            _driver.DestroyStream(stream);
            _driver.Free(x);
            _driver.Free(y);
        });
        Assert.That(sums, Is.EqualTo(Enumerable.Range(0, 16).Select(i => 10f * i)));
    }

    [Test]
    public void An_unloaded_module_takes_its_kernels_with_it()
    {
        var module = _driver.LoadModule(Encoding.UTF8.GetBytes(TestKernels.Ptx));
        var kernel = _driver.GetFunction(module, "traps");
        _driver.UnloadModule(module);
        var error = Assert.Throws<CudaException>(() => _driver.Launch(kernel, new CudaLaunch(1, 1), default, []))!;
        Assert.That(error.Status, Is.EqualTo(CudaStatus.InvalidHandle));
        Assert.That(error.Message, Does.Contain("of another device"));
    }

    private void GiveBack(CudaDevicePointer pointer, nint host, CudaStreamHandle stream, CudaEventHandle moment)
    {
        _driver.Free(pointer);
        _driver.FreeAsync(pointer, default);
        _driver.FreeHost(host);
        _driver.DestroyStream(stream);
        _driver.DestroyEvent(moment);
        _driver.UnloadModule(_module);
    }
}
