using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

public sealed unsafe partial class LibCudaDriver
{
    /// <inheritdoc/>
    public CudaModuleHandle LoadModule(ReadOnlySpan<byte> image, CudaJitOptions? options = null)
    {
        using var scope = Enter();
        var module = new CudaModuleHandle(ModuleLoader.Load(image, options, out _));
        _signatures[module] = ModuleLoader.Signatures(image);
        return module;
    }

    /// <inheritdoc/>
    public void UnloadModule(CudaModuleHandle module)
    {
        if (_context.IsClosed) return;
        using var scope = Enter();
        _signatures.TryRemove(module, out _);
        foreach (var (handle, function) in _functions)
            if (function.Module == module)
                _functions.TryRemove(handle, out _);
        CheckRelease(DriverApi.cuModuleUnload(module.Value));
    }

    /// <inheritdoc/>
    public CudaFunctionHandle GetFunction(CudaModuleHandle module, string name)
    {
        using var scope = Enter();
        var function = ModuleLoader.GetFunction(module.Value, name);
        var parameters = _signatures.TryGetValue(module, out var known) && known.TryGetValue(name, out var declared) ? declared : ModuleLoader.ParametersOf(function);
        _functions.TryAdd(new(function), new(name, module, parameters,
            ModuleLoader.GetAttribute(function, CudaFunctionAttribute.SharedSizeBytes), ModuleLoader.GetAttribute(function, CudaFunctionAttribute.MaxThreadsPerBlock))
        {
            AllowedShared = ModuleLoader.GetAttribute(function, CudaFunctionAttribute.MaxDynamicSharedSizeBytes),
        });
        return new(function);
    }

    /// <inheritdoc/>
    public (CudaDevicePointer Address, long Bytes) GetGlobal(CudaModuleHandle module, string name)
    {
        using var scope = Enter();
        return ModuleLoader.GetGlobal(module.Value, name);
    }

    /// <inheritdoc/>
    public IReadOnlyList<KernelParameter>? GetParameters(CudaFunctionHandle function) => Find(function).Parameters;

    /// <inheritdoc/>
    public int GetAttribute(CudaFunctionHandle function, CudaFunctionAttribute attribute)
    {
        using var scope = Enter();
        return ModuleLoader.GetAttribute(function.Value, attribute);
    }

    /// <inheritdoc/>
    public void SetAttribute(CudaFunctionHandle function, CudaFunctionAttribute attribute, int value)
    {
        using var scope = Enter();
        Check(DriverApi.cuFuncSetAttribute(function.Value, attribute, value), $"{attribute} = {value}.");
        if (attribute == CudaFunctionAttribute.MaxDynamicSharedSizeBytes) Find(function).AllowedShared = value;
    }

    /// <inheritdoc/>
    public void Launch(CudaFunctionHandle function, in CudaLaunch launch, CudaStreamHandle stream, ReadOnlySpan<KernelArgument> arguments)
    {
        var known = Find(function);
        launch.Check(known.Name, Properties, known.StaticShared, known.MaxThreads);
        if (known.Parameters is not null) PtxSignature.Check(known.Name, known.Parameters, arguments);
        using var scope = Enter();
        // Beyond 48 KiB a kernel has to ask first.
        if (launch.SharedBytes > known.AllowedShared) SetAttribute(function, CudaFunctionAttribute.MaxDynamicSharedSizeBytes, launch.SharedBytes);
        try
        {
            KernelLauncher.Launch(known.Name, function.Value, launch, stream.Value, arguments);
        }
        catch (CudaException error) when (error.IsSticky)
        {
            Interlocked.CompareExchange(ref _state, (int)error.Status, (int)CudaStatus.Success);
            throw;
        }
    }

    /// <inheritdoc/>
    public int MaxActiveBlocks(CudaFunctionHandle function, int blockSize, int dynamicSharedBytes)
    {
        using var scope = Enter();
        int blocks;
        Check(DriverApi.cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(&blocks, function.Value, blockSize, (nuint)dynamicSharedBytes, CudaOccupancyFlags.Default));
        return blocks;
    }

    /// <inheritdoc/>
    public (int MinGrid, int BlockSize) PotentialBlockSize(CudaFunctionHandle function, int dynamicSharedBytes, int blockSizeLimit = 0)
    {
        using var scope = Enter();
        int grid, block;
        Check(DriverApi.cuOccupancyMaxPotentialBlockSizeWithFlags(&grid, &block, function.Value, null, (nuint)dynamicSharedBytes, blockSizeLimit, CudaOccupancyFlags.Default));
        return (grid, block);
    }

    /// <inheritdoc/>
    public CudaStreamHandle CreateStream(CudaStreamFlags flags = CudaStreamFlags.NonBlocking, int priority = 0)
    {
        using var scope = Enter();
        nint stream;
        Check(DriverApi.cuStreamCreateWithPriority(&stream, flags, priority));
        return new(stream);
    }

    /// <inheritdoc/>
    public void DestroyStream(CudaStreamHandle stream)
    {
        if (_context.IsClosed || stream.IsNull) return;
        using var scope = Enter();
        CheckRelease(DriverApi.cuStreamDestroy_v2(stream.Value));
    }

    /// <inheritdoc/>
    public void Synchronize(CudaStreamHandle stream)
    {
        using var scope = Enter();
        Check(DriverApi.cuStreamSynchronize(stream.Value));
    }

    /// <inheritdoc/>
    public bool IsDone(CudaStreamHandle stream)
    {
        using var scope = Enter();
        return IsDone(DriverApi.cuStreamQuery(stream.Value), nameof(DriverApi.cuStreamQuery));
    }

    /// <inheritdoc/>
    public void Wait(CudaStreamHandle stream, CudaEventHandle awaited)
    {
        using var scope = Enter();
        Check(DriverApi.cuStreamWaitEvent(stream.Value, awaited.Value, 0));
    }

    /// <inheritdoc/>
    public CudaEventHandle CreateEvent(CudaEventFlags flags = CudaEventFlags.DisableTiming)
    {
        using var scope = Enter();
        nint created;
        Check(DriverApi.cuEventCreate(&created, flags));
        return new(created);
    }

    /// <inheritdoc/>
    public void DestroyEvent(CudaEventHandle handle)
    {
        if (_context.IsClosed || handle.IsNull) return;
        using var scope = Enter();
        CheckRelease(DriverApi.cuEventDestroy_v2(handle.Value));
    }

    /// <inheritdoc/>
    public void Record(CudaEventHandle handle, CudaStreamHandle stream)
    {
        using var scope = Enter();
        Check(DriverApi.cuEventRecord(handle.Value, stream.Value));
    }

    /// <inheritdoc/>
    public void Synchronize(CudaEventHandle handle)
    {
        using var scope = Enter();
        Check(DriverApi.cuEventSynchronize(handle.Value));
    }

    /// <inheritdoc/>
    public bool IsDone(CudaEventHandle handle)
    {
        using var scope = Enter();
        return IsDone(DriverApi.cuEventQuery(handle.Value), nameof(DriverApi.cuEventQuery));
    }

    /// <inheritdoc/>
    public TimeSpan Elapsed(CudaEventHandle start, CudaEventHandle end)
    {
        using var scope = Enter();
        float milliseconds;
        Check(DriverApi.cuEventElapsedTime(&milliseconds, start.Value, end.Value));
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <inheritdoc/>
    public void BeginCapture(CudaStreamHandle stream, CudaStreamCaptureMode mode = CudaStreamCaptureMode.ThreadLocal)
    {
        using var scope = Enter();
        Check(DriverApi.cuStreamBeginCapture_v2(stream.Value, mode));
    }

    /// <inheritdoc/>
    public CudaGraphHandle EndCapture(CudaStreamHandle stream)
    {
        using var scope = Enter();
        nint graph, executable;
        Check(DriverApi.cuStreamEndCapture(stream.Value, &graph));
        try
        {
            Check(DriverApi.cuGraphInstantiateWithFlags(&executable, graph, 0));
        }
        finally
        {
            DriverApi.cuGraphDestroy(graph);
        }
        return new(executable);
    }

    /// <inheritdoc/>
    public void LaunchGraph(CudaGraphHandle graph, CudaStreamHandle stream)
    {
        using var scope = Enter();
        Check(DriverApi.cuGraphLaunch(graph.Value, stream.Value));
    }

    /// <inheritdoc/>
    public void DestroyGraph(CudaGraphHandle graph)
    {
        if (_context.IsClosed || graph.IsNull) return;
        using var scope = Enter();
        CheckRelease(DriverApi.cuGraphExecDestroy(graph.Value));
    }

    private bool IsDone(CudaStatus status, string call)
    {
        if (status == CudaStatus.NotReady) return false;
        Check(status, call: call);
        return true;
    }

    private Function Find(CudaFunctionHandle function) => _functions.TryGetValue(function, out var known) ? known
        : throw new CudaException(nameof(Launch), CudaStatus.InvalidHandle, "The kernel is of a module that was unloaded, or of another device.");
}
