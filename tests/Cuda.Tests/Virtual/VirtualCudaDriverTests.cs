using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Virtual;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>What only the virtual device does: findings, counters, and what a card would let pass.</summary>
public sealed class VirtualCudaDriverTests
{
    private static readonly byte[] Ptx = Encoding.UTF8.GetBytes(TestKernels.Ptx);

    private static VirtualCudaDriver Open(VirtualDeviceOptions? options = null, bool deferred = false) =>
        new((options ?? new()) with { MemoryBytes = 16 << 20 }, deferred);

    private static CudaDevicePointer Upload(VirtualCudaDriver driver, params float[] values)
    {
        var pointer = driver.TryAllocate(values.Length * sizeof(float));
        driver.CopyToDevice(pointer, MemoryMarshal.AsBytes<float>(values));
        return pointer;
    }

    private static float Read(VirtualCudaDriver driver, CudaDevicePointer pointer)
    {
        var value = new float[1];
        driver.CopyToHost(MemoryMarshal.AsBytes(value.AsSpan()), pointer);
        return value[0];
    }

    private static void Saxpy(VirtualCudaDriver driver, CudaDevicePointer x, CudaDevicePointer y, CudaStreamHandle stream = default, int count = 1) =>
        driver.Launch(driver.GetFunction(driver.LoadModule(Ptx), "saxpy"), new CudaLaunch(1, 32), stream, [count, 1f, x, y]);

    [Test]
    public void A_finding_is_told_with_kernel_source_line_thread_and_address()
    {
        using var driver = Open();
        CudaDevicePointer x = Upload(driver, 1, 2, 3), y = Upload(driver, 1, 2, 3, 4);
        var error = Assert.Throws<CudaException>(() => Saxpy(driver, x, y, count: 4))!;
        Assert.That(error.Call, Is.EqualTo("cuLaunchKernel"));
        Assert.That(error.Message, Does.Contain("OutOfBounds").And.Contain("Kernel saxpy, kernels.cu:4, PTX line").And.Contain("thread (3, 0, 0)")
            .And.Contain($"global address 0x{x.Value + 12:X}").And.Contain("0 bytes past the end of allocation #"));
        Assert.That(error.InnerException, Is.TypeOf<KernelFaultException>());
        var later = Assert.Throws<CudaException>(() => driver.Synchronize())!;
        Assert.That(later.Message, Does.StartWith("cuCtxSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS (700)").And.Contain("kernels.cu:4"), "later calls still tell the cause");
    }

    [Test]
    public void A_lost_device_does_not_touch_another_one()
    {
        using VirtualCudaDriver lost = Open(), other = Open();
        var y = Upload(other, 4);
        Assert.Throws<CudaException>(() => Saxpy(lost, CudaDevicePointer.Null, CudaDevicePointer.Null));
        Assert.That((lost.State, other.State), Is.EqualTo((CudaStatus.IllegalAddress, CudaStatus.Success)));
        Saxpy(other, y, y);
        Assert.That(Read(other, y), Is.EqualTo(8));
    }

    [Test]
    public void A_read_of_memory_that_was_never_written_fails_the_launch()
    {
        using var driver = Open();
        var error = Assert.Throws<CudaException>(() => Saxpy(driver, driver.TryAllocate(4), Upload(driver, 1)))!;
        Assert.That(error.Status, Is.EqualTo(CudaStatus.LaunchFailed));
        Assert.That(error.Message, Does.Contain("UninitializedRead"));
    }

    [Test]
    public void Memory_that_a_pool_hands_out_again_may_not_be_read_before_it_is_written()
    {
        using var driver = Open();
        CudaDevicePointer x = Upload(driver, 1, 2), y = Upload(driver, 1, 2);
        driver.MarkUninitialized(x + 4, 4, default);
        Saxpy(driver, x, y, count: 1);
        var error = Assert.Throws<CudaException>(() => Saxpy(driver, x, y, count: 2))!;
        Assert.That(error.Message, Does.Contain("UninitializedRead").And.Contain($"0x{x.Value + 4:X}"));
    }

    [Test]
    public void A_trap_fails_the_launch()
    {
        using var driver = Open();
        var kernel = driver.GetFunction(driver.LoadModule(Ptx), "traps");
        Assert.That(Assert.Throws<CudaException>(() => driver.Launch(kernel, new CudaLaunch(1, 1), default, []))!.Status, Is.EqualTo(CudaStatus.LaunchFailed));
    }

    [Test]
    public void An_endless_loop_is_a_timeout()
    {
        using var driver = Open(new() { InstructionLimit = 1000 });
        var kernel = driver.GetFunction(driver.LoadModule(".version 7.5\n.target sm_80\n.address_size 64\n.visible .entry k() { L: bra L; }\n"u8), "k");
        Assert.That(Assert.Throws<CudaException>(() => driver.Launch(kernel, new CudaLaunch(1, 1), default, []))!.Status, Is.EqualTo(CudaStatus.LaunchTimeout));
    }

    [Test]
    public void Findings_are_only_told_where_that_is_wanted()
    {
        using var driver = Open(new() { ThrowOnFinding = false });
        LaunchResult? result = null;
        driver.Launched += launch => result = launch;
        Saxpy(driver, driver.TryAllocate(4), Upload(driver, 1));
        Assert.That(result!.Findings.Single().Kind, Is.EqualTo(FindingKind.UninitializedRead));
        Assert.That(driver.State, Is.EqualTo(CudaStatus.Success));
    }

    [Test]
    public void Without_checkers_a_stray_access_passes_and_harms_nobody()
    {
        using var driver = Open(new() { Checks = CheckOptions.None });
        Saxpy(driver, CudaDevicePointer.Null, CudaDevicePointer.Null);
        Assert.That(driver.State, Is.EqualTo(CudaStatus.Success));
        driver.MarkUninitialized(Upload(driver, 1), 4, default);
    }

    [Test]
    public void Each_launch_is_told_with_its_counters()
    {
        using var driver = Open();
        var stream = driver.CreateStream();
        List<LaunchResult> launches = [];
        driver.Launched += launches.Add;
        CudaDevicePointer x = Upload(driver, new float[32]), y = Upload(driver, new float[32]);
        driver.BeginCapture(stream);
        Saxpy(driver, x, y, stream, 32);
        var graph = driver.EndCapture(stream);
        Assert.That(launches, Is.Empty);
        driver.LaunchGraph(graph, stream);
        driver.LaunchGraph(graph, stream);
        Assert.Throws<CudaException>(() => Saxpy(driver, x, CudaDevicePointer.Null));
        Assert.That(launches.Select(launch => (launch.Kernel, launch.Findings.Count > 0)), Is.EqualTo(new[] { ("saxpy", false), ("saxpy", false), ("saxpy", true) }));
        Assert.That(launches[0].Counters.Flops, Is.EqualTo(64), "an fma is two operations");
    }

    [Test]
    public void Work_put_off_shows_that_a_wait_is_missing()
    {
        using var driver = Open(deferred: true);
        CudaStreamHandle first = driver.CreateStream(), second = driver.CreateStream();
        CudaDevicePointer x = Upload(driver, 1), y = Upload(driver, 0), z = Upload(driver, 0);
        Saxpy(driver, x, y, first);
        Saxpy(driver, y, z, second);
        driver.Synchronize(second);
        Assert.That((Read(driver, z), Read(driver, y)), Is.EqualTo((0f, 0f)), "the first stream has not begun");
        driver.Synchronize();
        Assert.That((Read(driver, z), Read(driver, y)), Is.EqualTo((0f, 1f)));
    }

    [TestCase(true, 11f)]
    [TestCase(false, 1f)]
    public void A_recording_shows_that_a_wait_is_missing(bool waits, float expected)
    {
        using var driver = Open(deferred: true);
        CudaStreamHandle first = driver.CreateStream(), second = driver.CreateStream();
        CudaDevicePointer x = Upload(driver, 10), y = Upload(driver, 0), z = Upload(driver, 1);
        CudaEventHandle fork = driver.CreateEvent(), written = driver.CreateEvent(), join = driver.CreateEvent();
        driver.BeginCapture(first);
        driver.Record(fork, first);
        driver.Wait(second, fork);
        Saxpy(driver, x, y, first);
        driver.Record(written, first);
        if (waits) driver.Wait(second, written);
        Saxpy(driver, y, z, second);
        driver.Record(join, second);
        driver.Wait(first, join);
        driver.LaunchGraph(driver.EndCapture(first), first);
        driver.Synchronize(first);
        Assert.That(Read(driver, z), Is.EqualTo(expected));
    }

    [Test]
    public void A_long_recording_keeps_the_order_that_its_streams_give()
    {
        using var driver = Open(deferred: true);
        CudaStreamHandle stream = driver.CreateStream(), beside = driver.CreateStream();
        CudaDevicePointer x = Upload(driver, 1), y = Upload(driver, 0);
        CudaEventHandle fork = driver.CreateEvent(), join = driver.CreateEvent();
        driver.BeginCapture(stream);
        for (var i = 0; i < 2000; i++)
        {
            driver.FillAsync(y, BitConverter.SingleToUInt32Bits(i), 1, stream);
            if (i % 100 != 50) continue;
            driver.Record(fork, stream);
            driver.Wait(beside, fork);
            driver.CopyAsync(x, y, 4, beside);
            driver.Record(join, beside);
            driver.Wait(stream, join);
        }
        driver.LaunchGraph(driver.EndCapture(stream), stream);
        driver.Synchronize(stream);
        Assert.That((Read(driver, x), Read(driver, y)), Is.EqualTo((1950f, 1999f)));
    }

    [Test]
    public unsafe void Work_put_off_shows_that_a_staging_buffer_is_used_again_too_early()
    {
        using var driver = Open(deferred: true);
        var stream = driver.CreateStream();
        var x = driver.TryAllocate(4);
        var host = driver.AllocateHost(4);
        *(float*)host = 1;
        driver.CopyToDeviceAsync(x, host, 4, stream);
        *(float*)host = 2;
        driver.Synchronize(stream);
        Assert.That(Read(driver, x), Is.EqualTo(2));
    }

    [Test]
    public void Work_put_off_fails_where_it_is_waited_for()
    {
        using var driver = Open(deferred: true);
        var stream = driver.CreateStream();
        Saxpy(driver, CudaDevicePointer.Null, CudaDevicePointer.Null, stream);
        Assert.That(driver.State, Is.EqualTo(CudaStatus.Success));
        Assert.That(Assert.Throws<CudaException>(() => driver.Synchronize(stream))!.Status, Is.EqualTo(CudaStatus.IllegalAddress));
        Assert.That(driver.State, Is.EqualTo(CudaStatus.IllegalAddress));
    }

    [Test]
    public void An_event_waits_for_the_point_it_had_when_the_wait_was_asked_for()
    {
        using var driver = Open(deferred: true);
        CudaStreamHandle first = driver.CreateStream(), second = driver.CreateStream();
        CudaDevicePointer x = Upload(driver, 1), y = Upload(driver, 0), z = Upload(driver, 0);
        var moment = driver.CreateEvent();
        Saxpy(driver, x, y, first);
        driver.Record(moment, first);
        driver.Wait(second, moment);
        Saxpy(driver, x, y, first);
        driver.Record(moment, first);
        Saxpy(driver, y, z, second);
        driver.Synchronize(second);
        Assert.That(Read(driver, z), Is.EqualTo(1));
    }

    [Test]
    public void Memory_of_a_graph_is_garbage_at_each_launch()
    {
        using var driver = Open();
        var stream = driver.CreateStream();
        var y = Upload(driver, 1);
        driver.BeginCapture(stream);
        var x = driver.TryAllocateAsync(4, stream);
        driver.FillAsync(x, BitConverter.SingleToUInt32Bits(2), 1, stream);
        Saxpy(driver, x, y, stream);
        driver.FreeAsync(x, stream);
        var graph = driver.EndCapture(stream);
        driver.LaunchGraph(graph, stream);
        driver.LaunchGraph(graph, stream);
        Assert.That(Read(driver, y), Is.EqualTo(5));
        driver.DestroyGraph(graph);
        Assert.Throws<CudaException>(() => Read(driver, x));

        driver.BeginCapture(stream);
        x = driver.TryAllocateAsync(4, stream);
        Saxpy(driver, x, y, stream);
        driver.FillAsync(x, 0u, 1, stream);
        graph = driver.EndCapture(stream);
        Assert.That(Assert.Throws<CudaException>(() => driver.LaunchGraph(graph, stream))!.Message, Does.Contain("UninitializedRead"));
    }

    [Test]
    public void A_graph_whose_kernels_were_unloaded_is_refused()
    {
        using var driver = Open();
        var stream = driver.CreateStream();
        var module = driver.LoadModule(Ptx);
        var x = Upload(driver, 1);
        driver.BeginCapture(stream);
        driver.Launch(driver.GetFunction(module, "fixed"), new CudaLaunch(1, 1), stream, [x]);
        var graph = driver.EndCapture(stream);
        driver.UnloadModule(module);
        Assert.That(Assert.Throws<CudaException>(() => driver.LaunchGraph(graph, stream))!.Message, Does.Contain("'fixed' is of a module that was unloaded"));
    }

    [Test]
    public void Calls_that_wait_for_the_device_are_refused_while_a_stream_is_captured()
    {
        using var driver = Open();
        var stream = driver.CreateStream();
        var x = Upload(driver, 1);
        Dictionary<string, Action> calls = new()
        {
            ["allocate"] = () => driver.TryAllocate(4),
            ["free"] = () => driver.Free(x),
            ["copy to"] = () => driver.CopyToDevice(x, new byte[4]),
            ["copy from"] = () => driver.CopyToHost(new byte[4], x),
            ["synchronise"] = driver.Synchronize,
        };
        foreach (var (name, call) in calls)
        {
            driver.BeginCapture(stream);
            Assert.That(Assert.Throws<CudaException>(call, name)!.Status, Is.EqualTo(CudaStatus.StreamCaptureUnsupported), name);
            Assert.That(Assert.Throws<CudaException>(() => driver.EndCapture(stream), name)!.Status, Is.EqualTo(CudaStatus.StreamCaptureInvalidated), name);
            driver.BeginCapture(stream, CudaStreamCaptureMode.Relaxed);
            if (name != "free") Assert.DoesNotThrow(call.Invoke, name);
            driver.DestroyGraph(driver.EndCapture(stream));
        }
    }

    [Test]
    public void Captures_of_other_threads_forbid_nothing_unless_they_are_global()
    {
        using var driver = Open();
        var stream = driver.CreateStream();
        foreach (var mode in new[] { CudaStreamCaptureMode.ThreadLocal, CudaStreamCaptureMode.Global })
        {
            driver.BeginCapture(stream, mode);
            Exception? error = null;
            var thread = new Thread(() => error = Try(driver.Synchronize));
            thread.Start();
            thread.Join();
            Assert.That(error is null, Is.EqualTo(mode == CudaStreamCaptureMode.ThreadLocal), $"{mode}");
            Try(() => driver.EndCapture(stream));
        }

        driver.BeginCapture(stream);
        Exception? wrong = null;
        var other = new Thread(() => wrong = Try(() => driver.EndCapture(stream)));
        other.Start();
        other.Join();
        Assert.That(((CudaException)wrong!).Status, Is.EqualTo(CudaStatus.StreamCaptureWrongThread));

        static Exception? Try(Action action)
        {
            try
            {
                action();
                return null;
            }
            catch (CudaException error)
            {
                return error;
            }
        }
    }

    [Test]
    public void A_copy_that_passes_the_end_of_its_memory_is_refused()
    {
        using var driver = Open();
        var x = Upload(driver, 1);
        var host = driver.AllocateHost(8);
        Assert.That(Refused(() => driver.CopyToDevice(x, new byte[5])), Does.Contain("cuMemcpyHtoD").And.Contain("allocation #1 of 4 bytes"));
        Assert.That(Refused(() => driver.FillAsync(x, 0u, 2, default)), Does.Contain("8 bytes"));
        Assert.That(Refused(() => driver.CopyToHostAsync(host + 5, x, 4, default)), Does.Contain("pass the end of 8 bytes of host memory"));
        Assert.That(Refused(() => driver.CopyToDeviceAsync(x, 0, 4, default)), Does.Contain("null pointer"));
        Assert.That(Refused(() => driver.FreeHost(host + 4)), Does.Contain("No host memory of this device starts"));
        driver.Free(x);
        Assert.That(Refused(() => driver.Free(x)), Does.Contain("freed before"));
        Assert.That(Refused(() => driver.CopyToDevice(x, new byte[4])), Does.Contain("freed allocation #1"));

        static string Refused(Action call)
        {
            var error = Assert.Throws<CudaException>(call)!;
            Assert.That(error.Status, Is.EqualTo(CudaStatus.InvalidValue));
            return error.Message;
        }
    }

    [Test]
    public void Handles_of_another_device_or_of_what_was_destroyed_are_refused()
    {
        using VirtualCudaDriver driver = Open(), other = Open();
        var stream = other.CreateStream();
        var module = other.LoadModule(Ptx);
        var kernel = other.GetFunction(module, "traps");
        Action[] calls =
        [
            () => driver.Synchronize(stream),
            () => driver.Record(driver.CreateEvent(), stream),
            () => driver.IsDone(new CudaEventHandle(stream.Value)),
            () => driver.GetFunction(module, "traps"),
            () => driver.UnloadModule(module),
            () => driver.Launch(kernel, new CudaLaunch(1, 1), default, []),
            () => driver.LaunchGraph(default, default),
        ];
        foreach (var call in calls)
            Assert.That(Assert.Throws<CudaException>(call)!.Status, Is.EqualTo(CudaStatus.InvalidHandle));
        other.DestroyStream(stream);
        Assert.Throws<CudaException>(() => other.DestroyStream(stream));
    }

    [Test]
    public void A_failure_of_the_hardware_can_be_played()
    {
        using var driver = Open();
        driver.Lose(CudaStatus.EccUncorrectable);
        Assert.That(driver.State, Is.EqualTo(CudaStatus.EccUncorrectable));
        var error = Assert.Throws<CudaException>(() => driver.TryAllocate(4))!;
        Assert.That(error.IsSticky);
        Assert.That(error.Message, Does.Contain("Restart the process"));
        Assert.Throws<ArgumentException>(() => Open().Lose(CudaStatus.InvalidValue));
    }

    [Test]
    public void Only_PTX_that_may_run_here_is_loaded()
    {
        using var driver = Open();
        Assert.That(Refused("//\n// Generated by NVIDIA NVVM Compiler\n//\n.version 7.8\n.target sm_80\n.address_size 64\n"), Is.EqualTo(CudaStatus.NotSupported));
        Assert.That(Refused("\u007fELF and more .version"), Is.EqualTo(CudaStatus.NoBinaryForGpu));
        Assert.That(Refused(TestKernels.Ptx.Replace("sm_80", "sm_90a", StringComparison.Ordinal)), Is.EqualTo(CudaStatus.NoBinaryForGpu));
        Assert.That(driver.Device.UsedBytes, Is.Zero, "what was refused leaves no variables");
        using var hopper = Open(new() { Card = GpuCard.H100 });
        hopper.LoadModule(Encoding.UTF8.GetBytes(TestKernels.Ptx.Replace("sm_80", "sm_90a", StringComparison.Ordinal) + "\0"));

        CudaStatus Refused(string text) => Assert.Throws<CudaException>(() => driver.LoadModule(Encoding.UTF8.GetBytes(text)))!.Status;
    }

    [Test]
    public void Properties_are_those_of_the_card()
    {
        using VirtualCudaDriver ampere = new(), ada = Open(new() { Card = GpuCard.Rtx4090 });
        Assert.That((ampere.Properties.Name, ampere.Properties.Architecture, ampere.Properties.MultiprocessorCount), Is.EqualTo(("Virtual A100", "sm_80", 108)));
        Assert.That(ampere.Properties.PeakBandwidth, Is.EqualTo(1.555e12).Within(1e9));
        Assert.That(ampere.Properties.TotalMemory, Is.LessThanOrEqualTo(8L << 30));
        Assert.That((ada.Properties.Architecture, ada.Properties.SharedBytesPerBlockOptIn, ada.Properties.MaxThreadsPerMultiprocessor), Is.EqualTo(("sm_89", 99 << 10, 1536)));
        Assert.That(ada.MemoryInfo(), Is.EqualTo((16L << 20, 16L << 20)));
        Assert.That(ampere.SupportsGraphs);
    }

    [Test]
    public void Leaks_are_told_after_disposal()
    {
        var driver = Open();
        driver.TryAllocate(100);
        driver.Free(driver.TryAllocate(200));
        driver.Dispose();
        Assert.That(driver.Device.Leaks.Single().Message, Does.Contain("100 bytes"));
    }

    [Test]
    public void There_are_no_clusters()
    {
        using var driver = Open(new() { Card = GpuCard.H100 });
        var kernel = driver.GetFunction(driver.LoadModule(Ptx), "traps");
        Assert.That(Assert.Throws<CudaLaunchException>(() => driver.Launch(kernel, new CudaLaunch(2, 1) { Cluster = 2 }, default, []))!.Message, Does.Contain("no clusters"));
    }
}
