using System.Collections.Concurrent;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>A card behind libcuda, in its primary context, so that other libraries of the process share its memory.</summary>
public sealed unsafe partial class LibCudaDriver : ICudaDriver
{
    private readonly ContextHandle _context;
    private readonly nint _raw;
    private readonly ConcurrentDictionary<CudaModuleHandle, IReadOnlyDictionary<string, IReadOnlyList<KernelParameter>>> _signatures = new();
    private readonly ConcurrentDictionary<CudaFunctionHandle, Function> _functions = new();
    private int _state;

    /// <summary>Opens the card of that number.</summary>
    /// <exception cref="CudaLibraryException">There is no driver.</exception>
    /// <exception cref="CudaException">There is no such card.</exception>
    public LibCudaDriver(int ordinal = 0)
    {
        Device = new(ordinal);
        Properties = Device.GetProperties();
        DriverVersion = CudaDriver.Version;
        _context = new(Device.Handle, primary: true, CudaContextFlags.Auto);
        using var context = _context.Use();
        _raw = context;
    }

    /// <summary>The card.</summary>
    public CudaDevice Device { get; }

    /// <inheritdoc/>
    public CudaDeviceProperties Properties { get; }

    /// <inheritdoc/>
    public Version DriverVersion { get; }

    /// <inheritdoc/>
    public CudaStatus State => (CudaStatus)Volatile.Read(ref _state);

    /// <inheritdoc/>
    public bool SupportsGraphs => true;

    /// <inheritdoc/>
    public (long Free, long Total) MemoryInfo()
    {
        using var scope = Enter();
        nuint free, total;
        Check(DriverApi.cuMemGetInfo_v2(&free, &total));
        return ((long)free, (long)total);
    }

    /// <inheritdoc/>
    public CudaDevicePointer TryAllocate(long bytes)
    {
        using var scope = Enter();
        nint address;
        var status = DriverApi.cuMemAlloc_v2(&address, (nuint)Math.Max(1, bytes));
        if (status == CudaStatus.OutOfMemory) return default;
        Check(status, call: nameof(DriverApi.cuMemAlloc_v2));
        return new(address);
    }

    /// <inheritdoc/>
    public void Free(CudaDevicePointer pointer)
    {
        if (_context.IsClosed || pointer.IsNull) return;
        using var scope = Enter();
        CheckRelease(DriverApi.cuMemFree_v2(pointer.Value));
    }

    /// <inheritdoc/>
    public CudaDevicePointer TryAllocateAsync(long bytes, CudaStreamHandle stream)
    {
        using var scope = Enter();
        nint address;
        var status = DriverApi.cuMemAllocAsync(&address, (nuint)Math.Max(1, bytes), stream.Value);
        if (status == CudaStatus.OutOfMemory) return default;
        Check(status, call: nameof(DriverApi.cuMemAllocAsync));
        return new(address);
    }

    /// <inheritdoc/>
    public void FreeAsync(CudaDevicePointer pointer, CudaStreamHandle stream)
    {
        if (_context.IsClosed || pointer.IsNull) return;
        using var scope = Enter();
        CheckRelease(DriverApi.cuMemFreeAsync(pointer.Value, stream.Value));
    }

    /// <inheritdoc/>
    public nint AllocateHost(long bytes)
    {
        using var scope = Enter();
        nint pointer;
        Check(DriverApi.cuMemHostAlloc(&pointer, (nuint)Math.Max(1, bytes), CudaHostAllocFlags.Portable), $"{bytes} bytes were asked for.");
        return pointer;
    }

    /// <inheritdoc/>
    public void FreeHost(nint pointer)
    {
        if (_context.IsClosed || pointer == 0) return;
        using var scope = Enter();
        CheckRelease(DriverApi.cuMemFreeHost(pointer));
    }

    /// <inheritdoc/>
    public void CopyToDevice(CudaDevicePointer destination, ReadOnlySpan<byte> source)
    {
        using var scope = Enter();
        fixed (byte* bytes = source)
            if (source.Length > 0) Check(DriverApi.cuMemcpyHtoD_v2(destination.Value, bytes, (nuint)source.Length));
    }

    /// <inheritdoc/>
    public void CopyToHost(Span<byte> destination, CudaDevicePointer source)
    {
        using var scope = Enter();
        fixed (byte* bytes = destination)
            if (destination.Length > 0) Check(DriverApi.cuMemcpyDtoH_v2(bytes, source.Value, (nuint)destination.Length));
    }

    /// <inheritdoc/>
    public void CopyToDeviceAsync(CudaDevicePointer destination, nint source, long bytes, CudaStreamHandle stream)
    {
        using var scope = Enter();
        if (bytes > 0) Check(DriverApi.cuMemcpyHtoDAsync_v2(destination.Value, (void*)source, (nuint)bytes, stream.Value));
    }

    /// <inheritdoc/>
    public void CopyToHostAsync(nint destination, CudaDevicePointer source, long bytes, CudaStreamHandle stream)
    {
        using var scope = Enter();
        if (bytes > 0) Check(DriverApi.cuMemcpyDtoHAsync_v2((void*)destination, source.Value, (nuint)bytes, stream.Value));
    }

    /// <inheritdoc/>
    public void CopyAsync(CudaDevicePointer destination, CudaDevicePointer source, long bytes, CudaStreamHandle stream)
    {
        using var scope = Enter();
        if (bytes > 0) Check(DriverApi.cuMemcpyDtoDAsync_v2(destination.Value, source.Value, (nuint)bytes, stream.Value));
    }

    /// <inheritdoc/>
    public void FillAsync(CudaDevicePointer destination, byte value, long bytes, CudaStreamHandle stream)
    {
        using var scope = Enter();
        if (bytes > 0) Check(DriverApi.cuMemsetD8Async(destination.Value, value, (nuint)bytes, stream.Value));
    }

    /// <inheritdoc/>
    public void FillAsync(CudaDevicePointer destination, uint value, long count, CudaStreamHandle stream)
    {
        using var scope = Enter();
        if (count > 0) Check(DriverApi.cuMemsetD32Async(destination.Value, value, (nuint)count, stream.Value));
    }

    /// <inheritdoc/>
    public void Synchronize()
    {
        using var scope = Enter();
        Check(DriverApi.cuCtxSynchronize());
    }

    /// <summary>Lets the context go. What was made in it and not given back goes with it, unless others hold the context too.</summary>
    public void Dispose() => _context.Dispose();

    /// <summary>Makes the card's context current on this thread: libraries want that.</summary>
    internal ContextScope Enter()
    {
        ObjectDisposedException.ThrowIf(_context.IsClosed, this);
        return ContextScope.Enter(_raw);
    }

    /// <summary>Raises what is no success, and remembers an error that lost the context.</summary>
    private void Check(CudaStatus status, string? detail = null, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status == CudaStatus.Success) return;
        if (CudaStatusText.IsSticky(status)) Interlocked.CompareExchange(ref _state, (int)status, (int)CudaStatus.Success);
        status.Check(detail, call);
    }

    /// <summary>What belonged to a lost context is gone, so that giving it back is no error.</summary>
    private void CheckRelease(CudaStatus status, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (CudaStatusText.IsSticky(status)) Interlocked.CompareExchange(ref _state, (int)status, (int)CudaStatus.Success);
        else Check(status, call: call);
    }

    /// <summary>What is asked of a kernel at each launch.</summary>
    private sealed record Function(string Name, CudaModuleHandle Module, IReadOnlyList<KernelParameter>? Parameters, int StaticShared, int MaxThreads)
    {
        public int AllowedShared { get; set; }
    }
}
