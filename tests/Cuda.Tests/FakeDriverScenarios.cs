using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Tests;

/// <summary>What the process of a scenario does; an exception ends it with a code.</summary>
internal static class FakeDriverScenarios
{
    private const string Ptx = ".version 7.5\n.target sm_80\n.address_size 64\n.visible .entry saxpy(.param .u32 n, .param .f32 a, .param .u64 x, .param .u64 y) { ret; }\n";

    public static IReadOnlyDictionary<string, Action> All { get; } = new Dictionary<string, Action>
    {
        [nameof(A_kernel_gets_its_arguments)] = A_kernel_gets_its_arguments,
        [nameof(A_cluster_is_launched_by_attributes)] = A_cluster_is_launched_by_attributes,
        [nameof(Wrong_launches_never_reach_the_driver)] = Wrong_launches_never_reach_the_driver,
        [nameof(Large_shared_memory_is_asked_for)] = Large_shared_memory_is_asked_for,
        [nameof(A_context_outlives_its_disposal_as_long_as_its_memory)] = A_context_outlives_its_disposal_as_long_as_its_memory,
        [nameof(Lost_objects_are_freed_in_their_context)] = Lost_objects_are_freed_in_their_context,
        [nameof(Disposing_twice_does_no_harm)] = Disposing_twice_does_no_harm,
        [nameof(Rows_and_layers_are_copied)] = Rows_and_layers_are_copied,
        [nameof(Values_are_copied_filled_and_indexed)] = Values_are_copied_filled_and_indexed,
        [nameof(Host_functions_are_called)] = Host_functions_are_called,
        [nameof(Graphs_live_and_die)] = Graphs_live_and_die,
        [nameof(PTX_that_does_not_compile_brings_the_log)] = PTX_that_does_not_compile_brings_the_log,
        [nameof(Too_much_memory_is_an_exception)] = Too_much_memory_is_an_exception,
        [nameof(A_lost_context_is_remembered)] = A_lost_context_is_remembered,
        [nameof(A_card_that_fails_can_be_let_go_and_opened_again)] = A_card_that_fails_can_be_let_go_and_opened_again,
        [nameof(Wrong_launches_of_backends_never_reach_the_driver)] = Wrong_launches_of_backends_never_reach_the_driver,
        [nameof(Null_pointers_are_told)] = Null_pointers_are_told,
        [nameof(A_driver_that_is_older_than_the_PTX_is_told)] = A_driver_that_is_older_than_the_PTX_is_told,
        [nameof(The_interface_for_backends_works)] = The_interface_for_backends_works,
        [nameof(Other_threads_work_in_the_context_of_their_objects)] = Other_threads_work_in_the_context_of_their_objects,
    };

    private static int Main(string[] arguments)
    {
        if (arguments is [nameof(KernelCacheTests.WriteAgainAndAgain), var folder, var key])
        {
            KernelCacheTests.WriteAgainAndAgain(folder, key);
            return 0;
        }
        if (arguments is [nameof(MissingLibraryTests)])
        {
            MissingLibraryTests.Report();
            return 0;
        }
        if (arguments is not [var name]) return 2;
        // Objects of a finished method are garbage only once its frame is gone.
        Run(All[name]);
        Collect();
        for (var kind = 0; kind < Kinds; kind++)
            Expect(Live(kind), 0, $"objects of kind {kind} that are alive at the end");
        Expect(WrongContext(), 0, "objects that were freed in another context");
        return 0;

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Run(Action scenario) => scenario();
    }

    private static void A_kernel_gets_its_arguments()
    {
        using var context = new CudaContext();
        using var module = context.LoadModule(Ptx);
        var kernel = module.GetKernel("saxpy");
        using CudaDeviceVariable<float> x = new float[] { 1, 2, 3, 4 }, y = new float[] { 10, 20, 30, 40 };
        kernel.SetComputeSize(4, 32);
        Expect(kernel.Run(3, 2f, x, y).TotalMilliseconds, 1.5, "time");
        Expect(string.Join(' ', y.ToArray()), "12 24 36 40", "result");
        Expect(kernel.Parameters!.Count, 4, "parameters");
        Expect(kernel.PotentialBlockSize(), (108, 256), "block size");
        Expect(kernel.PotentialBlockSize(block => 3 * block), (768, 256), "block size with shared memory");
    }

    private static void A_cluster_is_launched_by_attributes()
    {
        using var context = new CudaContext();
        using var module = context.LoadModule(Ptx);
        var kernel = module.GetKernel("saxpy");
        using CudaDeviceVariable<float> x = new float[] { 1, 2 }, y = new float[] { 0, 0 };
        using var stream = new CudaStream();
        kernel.GridDimensions = 4;
        kernel.ClusterDimensions = 2;
        kernel.RunAsync(stream, 2, 3f, x, y);
        Expect(string.Join(' ', y.ToArray()), "3 6", "result");
    }

    private static void Wrong_launches_never_reach_the_driver()
    {
        using var context = new CudaContext();
        using var module = context.LoadModule(Ptx);
        var kernel = module.GetKernel("saxpy");
        Refused<CudaLaunchException>(() => kernel.RunAsync(null, 1, 2f), "4 parameters");
        Refused<CudaLaunchException>(() => kernel.RunAsync(null, 1, 2, (nint)0, (nint)0), "parameter 1 is f32");
        kernel.BlockDimensions = 2048;
        Refused<CudaLaunchException>(() => kernel.RunAsync(null, 1, 2f, (nint)0, (nint)0), "2048 threads");
        Expect(Launches(), 0, "launches");
        Refused<CudaException>(() => module.GetKernel("daxpy"), "CUDA_ERROR_NOT_FOUND (500)");
    }

    private static void Large_shared_memory_is_asked_for()
    {
        using var context = new CudaContext();
        using var module = context.LoadModule(Ptx);
        var kernel = module.GetKernel("saxpy");
        using CudaDeviceVariable<float> x = new float[] { 1 }, y = new float[] { 0 };
        kernel.DynamicSharedMemory = 100 << 10;
        kernel.Run(1, 1f, x, y);
        Expect(y[0], 1f, "result");
        kernel.DynamicSharedMemory = 300 << 10;
        Refused<CudaLaunchException>(() => kernel.Run(1, 1f, x, y), "shared memory");
    }

    private static void A_context_outlives_its_disposal_as_long_as_its_memory()
    {
        var context = new CudaContext();
        var memory = new CudaDeviceVariable<int>(4);
        var stream = new CudaStream();
        context.Dispose();
        Expect(CudaContext.Current, 0, "current context");
        Expect(Live(Context), 1, "contexts");
        memory[2] = 5;
        Expect(memory[2], 5, "value");
        memory.Dispose();
        Expect(Live(Context), 1, "contexts");
        stream.Dispose();
        Expect(Live(Context), 0, "contexts");
        Refused<ObjectDisposedException>(() => context.Synchronize(), "");
        Refused<ObjectDisposedException>(() => memory.ToArray(), "");
    }

    private static void Lost_objects_are_freed_in_their_context()
    {
        for (var i = 0; i < 50; i++)
        {
            _ = new CudaContext(0);
            _ = new CudaDeviceVariable<int>(100);
            _ = new CudaEvent();
            _ = new CudaPageLockedHostMemory<int>(10);
            CudaContext.PopContext();
        }
    }

    private static void Disposing_twice_does_no_harm()
    {
        var context = CudaContext.Primary();
        IDisposable[] objects = [new CudaStream(), new CudaEvent(), new CudaDeviceVariable<int>(1), new CudaPitchedDeviceVariable<int>(1, 1), new CudaManagedMemory<int>(1),
            new CudaPageLockedHostMemory<int>(1), new CudaMemoryPool(context.Device), context.Device.MemoryPool, context.LoadModule(Ptx), context];
        foreach (var item in objects) item.Dispose();
        foreach (var item in objects.Reverse()) item.Dispose();
    }

    private static unsafe void Rows_and_layers_are_copied()
    {
        using var context = new CudaContext();
        using var rows = new CudaPitchedDeviceVariable<int>(3, 2);
        Expect(rows.Pitch, 512L, "pitch");
        int[] values = [1, 2, 3, 4, 5, 6], back = new int[6];
        rows.CopyToDevice(values);
        rows.CopyToHost(back);
        Expect(string.Join(' ', back), "1 2 3 4 5 6", "rows");
        Refused<ArgumentException>(() => rows.CopyToHost(new int[5]), "5 values");

        // Two layers of two rows of two bytes, out of layers of three rows of four.
        byte[] source = [.. Enumerable.Range(0, 24).Select(i => (byte)i)], target = new byte[8];
        fixed (byte* from = source, to = target)
            CudaMemory.Copy(new CudaCopy3D(CudaCopyPlace.Host((nint)from, 4, 3) with { X = 1, Y = 1 }, CudaCopyPlace.Host((nint)to, 2, 2), 2, 2, 2));
        Expect(string.Join(' ', target), "5 6 9 10 17 18 21 22", "layers");
    }

    private static void Values_are_copied_filled_and_indexed()
    {
        using var context = new CudaContext();
        using CudaDeviceVariable<float> values = new float[] { 1, 2, 3, 4 };
        values.CopyToDevice([9f, 8f], offset: 1);
        var part = new float[2];
        values.CopyToHost(part, offset: 2);
        Expect(string.Join(' ', part), "8 4", "part");
        values.Fill(2.5f);
        Expect(string.Join(' ', (float[])values), "2.5 2.5 2.5 2.5", "filled");
        values.Memset(0);
        values[3] = 7;
        Expect(string.Join(' ', values.ToArray()), "0 0 0 7", "cleared");
        Refused<ArgumentOutOfRangeException>(() => _ = values[4], "outside");
        Refused<ArgumentOutOfRangeException>(() => values.CopyToDevice(new float[3], offset: 2), "outside");
        using var pinned = new CudaPageLockedHostMemory<float>(4);
        values.AsyncCopyToHost(pinned);
        Expect(pinned.Span[3], 7f, "pinned");
        using var managed = new CudaManagedMemory<double>(2);
        managed[1] = 3;
        Expect(managed.Span[1], 3.0, "managed");
        using var empty = new CudaDeviceVariable<int>(0);
        Expect(empty.ToArray().Length, 0, "empty");
    }

    private static void Host_functions_are_called()
    {
        using var context = new CudaContext();
        using var stream = new CudaStream();
        var calls = new List<string>();
        stream.LaunchHostFunction(() => calls.Add("function"));
        stream.AddCallback(status => calls.Add(status.ToString()));
        Expect(string.Join(' ', calls), "function LaunchFailed", "calls");
        Expect(stream.Query(), false, "done");
    }

    private static void Graphs_live_and_die()
    {
        using var context = new CudaContext();
        using var stream = new CudaStream();
        using var graph = stream.Capture(() => { });
        Expect(graph.NodeCount, 3, "nodes");
        using var executable = graph.Instantiate();
        executable.Launch(stream);
        Expect(executable.Update(graph), CudaGraphUpdateResult.ErrorTopologyChanged, "update");
        Refused<InvalidOperationException>(() => stream.Capture(() => throw new InvalidOperationException("inside")), "inside");
        Expect(Live(Graph), 1, "graphs");
    }

    private static void PTX_that_does_not_compile_brings_the_log()
    {
        using var context = new CudaContext();
        try
        {
            context.LoadModule(".version 7.5 broken");
        }
        catch (CudaException error)
        {
            Expect(error.Status, CudaStatus.InvalidPtx, "status");
            Expect(error.Detail, "ptxas application ptx input, line 7; error   : Parsing error", "log");
            return;
        }
        throw new InvalidOperationException("It compiled.");
    }

    private static void Too_much_memory_is_an_exception()
    {
        using var context = new CudaContext();
        Refused<CudaException>(() => _ = new CudaDeviceVariable<double>(1L << 40), "8796093022208 bytes were asked for");
        Expect(Live(Memory), 0, "memory");
        context.Dispose();
        Refused<CudaException>(() => _ = new CudaDeviceVariable<double>(1), "CUDA_ERROR_INVALID_CONTEXT (201)");
        Refused<CudaException>(() => _ = new CudaStream(), "CUDA_ERROR_INVALID_CONTEXT (201)");
        Refused<CudaException>(() => _ = new CudaDevice(1), "Device 1 was asked for");
    }

    private static void A_lost_context_is_remembered()
    {
        using var driver = new LibCudaDriver();
        var memory = driver.TryAllocate(64);
        Break(CudaStatus.IllegalAddress);
        Refused<CudaException>(driver.Synchronize, "This context is lost");
        Expect(driver.State, CudaStatus.IllegalAddress, "state");
        Refused<CudaException>(() => driver.TryAllocate(64), "CUDA_ERROR_ILLEGAL_ADDRESS");
        driver.Free(memory);
    }

    private static void A_card_that_fails_can_be_let_go_and_opened_again()
    {
        var driver = new LibCudaDriver();
        var (memory, host, stream, moment) = (driver.TryAllocate(64), driver.AllocateHost(64), driver.CreateStream(), driver.CreateEvent());
        var module = driver.LoadModule(System.Text.Encoding.UTF8.GetBytes(Ptx));
        Break(CudaStatus.EccUncorrectable);
        Refused<CudaException>(() => driver.Record(moment, stream), "Restart the process");
        Expect(driver.State, CudaStatus.EccUncorrectable, "state");
        driver.Free(memory);
        driver.FreeHost(host);
        driver.DestroyEvent(moment);
        driver.DestroyStream(stream);
        driver.UnloadModule(module);
        driver.Dispose();
        driver.Free(memory);
        driver.DestroyStream(stream);
        using var again = new LibCudaDriver();
        Expect(again.State, CudaStatus.Success, "state of the next");
        again.Free(again.TryAllocate(64));
    }

    private static void Wrong_launches_of_backends_never_reach_the_driver()
    {
        using var driver = new LibCudaDriver();
        var module = driver.LoadModule(System.Text.Encoding.UTF8.GetBytes(Ptx));
        var function = driver.GetFunction(module, "saxpy");
        Refused<CudaLaunchException>(() => driver.Launch(function, new CudaLaunch(1, 32), default, [1, 2f]), "it has 4 parameters (u32, f32, u64, u64), 2 arguments were given");
        Refused<CudaLaunchException>(() => driver.Launch(function, new CudaLaunch(1, 32), default, [1, 2, (nint)8, (nint)8]), "parameter 1 is f32 of 4 bytes, the argument is Integer");
        Refused<CudaLaunchException>(() => driver.Launch(function, new CudaLaunch(1, 2048), default, [1, 2f, (nint)8, (nint)8]), "2048 threads is more than its 1024");
        Refused<CudaLaunchException>(() => driver.Launch(function, new CudaLaunch(1, 32) { SharedBytes = 300 << 10 }, default, [1, 2f, (nint)8, (nint)8]), "bytes of shared memory are more than");
        Refused<CudaException>(() => driver.GetFunction(module, "daxpy"), "mangled");
        Expect(Launches(), 0, "launches");
        Expect(driver.State, CudaStatus.Success, "state");
        driver.UnloadModule(module);
    }

    private static void Null_pointers_are_told()
    {
        using var driver = new LibCudaDriver();
        Refused<CudaException>(() => driver.CopyToDevice(default, new byte[4]), "CUDA_ERROR_INVALID_VALUE (1)");
        Refused<CudaException>(() => driver.CopyToHost(new byte[4], default), "CUDA_ERROR_INVALID_VALUE (1)");
        Refused<CudaException>(() => driver.FillAsync(default, (byte)0, 4, default), "CUDA_ERROR_INVALID_VALUE (1)");
        var module = driver.LoadModule(System.Text.Encoding.UTF8.GetBytes(Ptx));
        driver.Launch(driver.GetFunction(module, "saxpy"), new CudaLaunch(1, 32), default, [1, 2f, CudaDevicePointer.Null, CudaDevicePointer.Null]);
        Refused<CudaException>(driver.Synchronize, "A kernel that ran before is to blame");
        Expect(driver.State, CudaStatus.IllegalAddress, "state");
        driver.UnloadModule(module);
    }

    private static void A_driver_that_is_older_than_the_PTX_is_told()
    {
        using var driver = new LibCudaDriver();
        Refused<CudaException>(() => driver.LoadModule(System.Text.Encoding.UTF8.GetBytes(Ptx.Replace(".version 7.5", ".version 9.9", StringComparison.Ordinal))), "update the driver");
        Expect(driver.State, CudaStatus.Success, "state");
    }

    private static void The_interface_for_backends_works()
    {
        ICudaDriver driver = new LibCudaDriver();
        Expect(driver.Properties.Architecture, "sm_90", "architecture");
        Expect(driver.DriverVersion, new Version(12, 4), "version");
        var module = driver.LoadModule(System.Text.Encoding.UTF8.GetBytes(Ptx));
        var function = driver.GetFunction(module, "saxpy");
        var stream = driver.CreateStream();
        CudaDevicePointer x = driver.TryAllocate(16), y = driver.TryAllocateAsync(16, stream);
        Expect(driver.TryAllocate(1L << 40).IsNull, true, "no room");
        driver.CopyToDevice(x, MemoryMarshal.AsBytes<float>([1f, 2f, 3f, 4f]));
        driver.FillAsync(y, 0u, 4, stream);
        driver.Launch(function, new CudaLaunch(1, 32), stream, [4, 0.5f, x, y]);
        var result = new float[4];
        driver.CopyToHost(MemoryMarshal.AsBytes(result.AsSpan()), y);
        Expect(string.Join(' ', result), "0.5 1 1.5 2", "result");
        Refused<CudaLaunchException>(() => driver.Launch(function, new CudaLaunch(1, 32), default, [4]), "4 parameters");
        driver.BeginCapture(stream);
        var graph = driver.EndCapture(stream);
        driver.LaunchGraph(graph, stream);
        driver.DestroyGraph(graph);
        var moment = driver.CreateEvent();
        driver.Record(moment, stream);
        driver.Wait(stream, moment);
        Expect(driver.IsDone(moment), true, "event");
        driver.DestroyEvent(moment);
        var host = driver.AllocateHost(16);
        driver.CopyToHostAsync(host, y, 16, stream);
        driver.FreeHost(host);
        driver.Free(x);
        driver.FreeAsync(y, stream);
        driver.DestroyStream(stream);
        driver.UnloadModule(module);
        Refused<CudaException>(() => driver.Launch(function, new CudaLaunch(1, 32), default, [4]), "unloaded");
        driver.Dispose();
        Refused<ObjectDisposedException>(driver.Synchronize, "");
    }

    private static void Other_threads_work_in_the_context_of_their_objects()
    {
        using var context = new CudaContext();
        using CudaDeviceVariable<int> values = new int[1000];
        Parallel.For(0, 64, i => values[i] = i);
        Expect(values.ToArray().Take(64).Sum(), 2016, "sum");
        var thread = new Thread(values.Dispose);
        thread.Start();
        thread.Join();
        Expect(Live(Memory), 0, "memory");
    }

    private const int Context = 0, Graph = 4, Memory = 6, Kinds = 9;

    private static void Expect<T>(T actual, T expected, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(actual, expected)) throw new InvalidOperationException($"{what}: expected {expected}, but was {actual}");
    }

    private static void Refused<T>(Action action, string message)
        where T : Exception
    {
        try
        {
            action();
        }
        catch (T error)
        {
            if (!error.Message.Contains(message, StringComparison.Ordinal)) throw new InvalidOperationException($"'{message}' is not in: {error.Message}");
            return;
        }
        throw new InvalidOperationException($"No {typeof(T).Name} was raised.");
    }

    private static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static nint Driver => NativeLibrary.Load(Environment.GetEnvironmentVariable("CUDANET_CUDA_LIBRARY")!);

    private static unsafe int Live(int kind) => ((delegate* unmanaged<int, int>)NativeLibrary.GetExport(Driver, "fake_live"))(kind);

    private static unsafe int WrongContext() => ((delegate* unmanaged<int>)NativeLibrary.GetExport(Driver, "fake_wrong_context"))();

    private static unsafe int Launches() => ((delegate* unmanaged<int>)NativeLibrary.GetExport(Driver, "fake_launches"))();

    private static unsafe void Break(CudaStatus status) => ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(Driver, "fake_break"))((int)status);
}
