using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>One damaged kernel for each checker: it is found where it is, and only it.</summary>
public sealed class CheckerTests
{
    private static Finding Find(TestDevice device, string kernel, FindingKind kind, int threads, params ReadOnlySpan<KernelArgument> arguments)
    {
        var result = device.Device.Launch(device.Kernel("damaged", kernel), 1, threads, 0, arguments);
        Assert.That(result.Findings.Select(finding => finding.Kind).Distinct(), Is.EqualTo(new[] { kind }), string.Join("\n", result.Findings));
        var first = result.Findings[0];
        Assert.Multiple(() =>
        {
            Assert.That(first.Kernel, Is.EqualTo(kernel));
            Assert.That(first.PtxLine, Is.GreaterThan(0));
            // An inlined built-in is reported where it stands in the header.
            Assert.That(first.SourceFile, Is.EqualTo("damaged.cu").Or.EndsWith("clang.cuh"));
            Assert.That(first.SourceLine, Is.GreaterThan(0));
            Assert.That(first.ToString(), Does.Contain(first.SourceFile + ":" + first.SourceLine));
        });
        return first;
    }

    private static string SourceLine(int line) => File.ReadAllLines(Path.Combine(TestDevice.Folder, "damaged.cu"))[line - 1].Trim();

    [Test]
    public void A_missing_barrier_is_a_race()
    {
        // Warps run one after the other, so the value read is also one that was never written.
        using var device = new TestDevice(CheckOptions.All with { Uninitialized = false });
        var finding = Find(device, "missing_barrier", FindingKind.SharedRace, 256, device.Upload(new float[256]));
        Assert.That(SourceLine(finding.SourceLine), Does.Contain("s[(threadIdx.x + 32) % 256]").Or.Contain("s[threadIdx.x] ="));
        Assert.That(finding.OtherThread, Is.Not.Null);
        Assert.That(finding.AddressSpace, Is.EqualTo("shared"));
    }

    [Test]
    public void A_missing_barrier_at_the_end_of_a_loop_is_a_race()
    {
        using var device = new TestDevice();
        var finding = Find(device, "missing_second_barrier", FindingKind.SharedRace, 64, device.Upload(new float[64]), 3);
        Assert.That(SourceLine(finding.SourceLine), Does.Contain("s[threadIdx.x] =").Or.Contain("sum +="));
    }

    [Test]
    public void One_round_needs_no_second_barrier()
    {
        using var device = new TestDevice();
        device.Clean(device.Kernel("damaged", "missing_second_barrier"), 1, 64, 0, device.Upload(new float[64]), 1);
    }

    [Test]
    public void Lanes_of_a_warp_race_without_a_barrier_of_the_warp()
    {
        using var device = new TestDevice();
        Find(device, "missing_warp_sync", FindingKind.SharedRace, 32, device.Upload(new int[32]));
        device.Clean(device.Kernel("damaged", "with_warp_sync"), 1, 32, 0, device.Upload(new int[32]));
    }

    [Test]
    public void Two_writes_to_the_same_word_race()
    {
        using var device = new TestDevice();
        Find(device, "write_write", FindingKind.SharedRace, 64, device.Upload(new int[64]));
    }

    [Test]
    public void An_index_off_by_one_is_out_of_bounds()
    {
        using var device = new TestDevice();
        var x = device.Allocate(400);
        var finding = Find(device, "off_by_one", FindingKind.OutOfBounds, 128, x, 100);
        Assert.Multiple(() =>
        {
            Assert.That(finding.Thread, Is.EqualTo(new Dim3(100, 0, 0)));
            Assert.That(finding.Address, Is.EqualTo(x.Address + 400));
            Assert.That(finding.Allocation, Does.Contain("0 bytes past the end").And.Contain("400 bytes"));
            Assert.That(finding.Bytes, Is.EqualTo(4));
            Assert.That(finding.Count, Is.EqualTo(1));
            Assert.That(SourceLine(finding.SourceLine), Does.Contain("i <= n"));
        });
    }

    [Test]
    public void A_null_pointer_is_named_so()
    {
        using var device = new TestDevice();
        Assert.That(Find(device, "off_by_one", FindingKind.OutOfBounds, 32, DevicePointer.Null, 8).Allocation, Does.Contain("null"));
    }

    [Test]
    public void Shared_memory_ends_where_it_ends()
    {
        using var device = new TestDevice();
        Assert.That(Find(device, "shared_overflow", FindingKind.OutOfBounds, 64, device.Upload(new float[64])).Thread.X, Is.EqualTo(63));
    }

    [Test]
    public void A_vector_at_an_odd_place_is_misaligned()
    {
        using var device = new TestDevice();
        var finding = Find(device, "misaligned", FindingKind.Misaligned, 4, device.Upload(new float[64]));
        Assert.That(finding.Bytes, Is.EqualTo(16));
    }

    [Test]
    public void Shared_memory_must_be_written_before_it_is_read()
    {
        using var device = new TestDevice();
        Assert.That(Find(device, "uninitialised_shared", FindingKind.UninitializedRead, 64, device.Upload(new float[64])).Thread.X, Is.EqualTo(32));
    }

    [Test]
    public void Local_memory_must_be_written_before_it_is_read()
    {
        using var device = new TestDevice();
        Assert.That(Find(device, "uninitialised_local", FindingKind.UninitializedRead, 1, device.Upload(new int[8]), 5).AddressSpace, Is.EqualTo("local"));
    }

    [Test]
    public void Global_memory_must_be_written_before_it_is_read()
    {
        using var device = new TestDevice();
        DevicePointer x = device.Allocate(256), y = device.Allocate(256);
        device.Device.Fill(x, 1.0f, 40);
        var finding = Find(device, "copies", FindingKind.UninitializedRead, 64, x, y);
        Assert.That(finding.Address, Is.EqualTo(x.Address + 160));
        device.Clean(device.Kernel("damaged", "copies"), 1, 64, 0, y, x);
    }

    [Test]
    public void Freed_memory_is_not_used()
    {
        using var device = new TestDevice();
        var x = device.Device.Upload<float>(new float[64]);
        device.Device.Free(x);
        var finding = Find(device, "copies", FindingKind.UseAfterFree, 64, x, device.Allocate(256));
        Assert.That(finding.Allocation, Does.Contain("freed"));
    }

    [Test]
    public void Every_lane_comes_to_a_barrier()
    {
        using var device = new TestDevice();
        var result = device.Device.Launch(device.Kernel("damaged", "divergent_barrier"), 1, 64, 0, device.Upload(new float[64]));
        var finding = result.Findings.First(finding => finding.Kind == FindingKind.DivergentBarrier);
        Assert.That(SourceLine(finding.SourceLine), Does.Contain("__syncthreads"));
        Assert.That(finding.Message, Does.Contain("0xAAAAAAAA"));
    }

    [Test]
    public void Threads_that_ended_are_missed_at_a_barrier()
    {
        using var device = new TestDevice();
        Find(device, "early_exit", FindingKind.DivergentBarrier, 64, device.Upload(new float[64]), 40);
        device.Clean(device.Kernel("damaged", "early_exit"), 1, 64, 0, device.Upload(new float[64]), 64);
    }

    [Test]
    public void A_barrier_that_nobody_can_complete_is_a_deadlock()
    {
        using var device = new TestDevice();
        Assert.That(Find(device, "starving_barrier", FindingKind.Deadlock, 64, device.Upload(new int[64])).Message, Does.Contain("64 threads, 32 came"));
    }

    [Test]
    public void A_shuffle_names_only_lanes_that_take_part()
    {
        using var device = new TestDevice();
        Assert.That(Find(device, "shuffle_in_branch", FindingKind.DivergentBarrier, 32, device.Upload(new int[32])).Message, Does.Contain("0xFFFF0000"));
    }

    [Test]
    public void Data_of_an_asynchronous_copy_is_not_there_before_the_wait()
    {
        using var device = new TestDevice(CheckOptions.All with { Uninitialized = false });
        float[] x = [.. Enumerable.Range(0, 32).Select(i => (float)i)];
        var y = device.Allocate(128);
        Find(device, "copy_without_wait", FindingKind.PendingCopy, 32, device.Upload(x), y);
        Assert.That(device.Device.Download<float>(y, 32), Is.Not.EqualTo(x));
    }

    [Test]
    public void A_wait_covers_the_own_copies_only()
    {
        using var device = new TestDevice();
        var result = device.Device.Launch(device.Kernel("damaged", "copy_without_barrier"), 1, 64, 0, device.Upload(new float[64]), device.Allocate(256));
        Assert.That(result.Findings.Select(finding => finding.Kind).Distinct(), Is.SubsetOf(new[] { FindingKind.SharedRace, FindingKind.PendingCopy, FindingKind.UninitializedRead }));
        Assert.That(result.Findings, Is.Not.Empty);
    }

    [Test]
    public void A_loop_without_end_is_stopped()
    {
        using var device = new TestDevice(instructionLimit: 10_000);
        Find(device, "endless", FindingKind.InstructionLimit, 32, device.Upload([0]));
    }

    [Test]
    public void A_trap_ends_the_launch_and_the_device_stays_usable()
    {
        using var device = new TestDevice();
        Assert.That(Find(device, "traps", FindingKind.Trap, 4, device.Upload([1, 2, 3, 4])).Thread.X, Is.EqualTo(2));
        device.Clean(device.Kernel("damaged", "traps"), 1, 4, 0, device.Upload([1, 1, 1, 1]));
    }

    [Test]
    public void A_leak_is_found_when_the_device_is_disposed()
    {
        var device = new VirtualDevice();
        device.Free(device.Allocate(100));
        var leaked = device.Allocate(300);
        device.Dispose();
        var leak = device.Leaks.Single();
        Assert.That(leak.Kind, Is.EqualTo(FindingKind.Leak));
        Assert.That(leak.Address, Is.EqualTo(leaked.Address));
        Assert.That(leak.ToString(), Does.Contain("300 bytes"));
        device.Dispose();
        Assert.That(() => device.Allocate(1), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Findings_throw_by_default_and_name_the_first_ones()
    {
        using var device = new VirtualDevice();
        using var module = device.LoadModule(TestDevice.Ptx("damaged"));
        var x = device.Allocate(400);
        var fault = Assert.Throws<KernelFaultException>(() => device.Launch(module.GetFunction("off_by_one"), 1, 128, 0, x, 100))!;
        Assert.That(fault.Message, Does.Contain("off_by_one").And.Contain("OutOfBounds").And.Contain("damaged.cu"));
        Assert.That(fault.Result.Counters.ThreadInstructions, Is.GreaterThan(0));
        device.Free(x);
    }

    [TestCase("missing_barrier", 256)]
    [TestCase("write_write", 64)]
    [TestCase("shared_overflow", 64)]
    [TestCase("misaligned", 4)]
    [TestCase("uninitialised_shared", 64)]
    [TestCase("early_exit", 64)]
    public void A_checker_that_is_off_finds_nothing_and_the_process_lives(string kernel, int threads)
    {
        using var device = new TestDevice(CheckOptions.None);
        var x = device.Upload(new float[256]);
        var function = device.Kernel("damaged", kernel);
        var result = function.Parameters.Count == 2 ? device.Device.Launch(function, 1, threads, 0, x, 40) : device.Device.Launch(function, 1, threads, 0, x);
        Assert.That(result.Findings, Is.Empty);
    }

    [Test]
    public void Stray_writes_without_checks_are_dropped()
    {
        using var device = new TestDevice(CheckOptions.None);
        var result = device.Device.Launch(device.Kernel("damaged", "off_by_one"), 1, 32, 0, DevicePointer.Null, 8);
        Assert.That(result.Findings, Is.Empty);
    }
}
