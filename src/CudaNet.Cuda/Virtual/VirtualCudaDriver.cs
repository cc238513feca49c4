using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;
using CudaNet.VirtualGpu;

namespace CudaNet.Cuda.Virtual;

/// <summary>A CUDA device without a card: the virtual GPU behind the interface of a driver. What runs on it runs on a card.</summary>
/// <remarks>
/// <para>A finding of a checker is an error of the launch: the exception has it with kernel, source line, thread and address. As
/// on a card the context is lost by it: <see cref="State"/> says why, and every later call fails the same way. Other devices
/// of the process are not touched, and a new one starts afresh.</para>
/// <para>Work is done when it is enqueued, or with <paramref name="deferred"/> as late as the rules of CUDA allow, and works of a
/// recording in another order than they were recorded in: then a missing wait for a stream or an event shows.</para>
/// <para>It takes PTX of clang, or written by hand. That of NVIDIA's compilers is refused: their licence keeps it to NVIDIA's cards.</para>
/// </remarks>
/// <param name="options">Card, checkers, memory and more; null for an A100 with all checkers and memory as the machine allows.</param>
/// <param name="deferred">Work waits in its stream until something waits for it.</param>
public sealed partial class VirtualCudaDriver(VirtualDeviceOptions? options = null, bool deferred = false) : ICudaDriver
{
    private readonly Lock _gate = new();
    private readonly Dictionary<nint, long> _hostMemory = [];
    private CudaStatus _state;
    private string? _lostBy;
    private bool _disposed;

    /// <summary>Called with each launch that ran, also one with findings; by one thread at a time.</summary>
    public event Action<LaunchResult>? Launched;

    /// <summary>The device: its memory, and the leaks after disposal.</summary>
    public VirtualDevice Device { get; } = new(options ?? VirtualDevices.Default);

    /// <inheritdoc/>
    public CudaDeviceProperties Properties => field ??= Describe(Device.Options);

    /// <summary>12.4: that version takes PTX up to 8.4.</summary>
    public Version DriverVersion { get; } = new(12, 4);

    /// <inheritdoc/>
    public CudaStatus State
    {
        get
        {
            lock (_gate) return _state;
        }
    }

    /// <inheritdoc/>
    public (long Free, long Total) MemoryInfo()
    {
        using var scope = Enter("cuMemGetInfo");
        return (Properties.TotalMemory - Device.UsedBytes, Properties.TotalMemory);
    }

    /// <inheritdoc/>
    public CudaDevicePointer TryAllocate(long bytes)
    {
        using var scope = Enter("cuMemAlloc", mayCapture: false);
        return Allocate(bytes);
    }

    /// <inheritdoc/>
    public void Free(CudaDevicePointer pointer)
    {
        using var scope = TryEnter("cuMemFree");
        if (!scope.IsEntered || pointer.IsNull) return;
        RefuseInCapture("cuMemFree");
        DrainAll();
        Release("cuMemFree", pointer);
    }

    /// <inheritdoc/>
    public CudaDevicePointer TryAllocateAsync(long bytes, CudaStreamHandle stream)
    {
        const string call = "cuMemAllocAsync";
        using var scope = Enter(call);
        var capture = FindStream(stream, call).Capture;
        var pointer = Allocate(bytes);
        if (pointer.IsNull || capture is null) return pointer;
        capture.Own(pointer.Value);
        Submit(call, stream, () => Device.MarkUninitialized(Of(pointer), Math.Max(1, bytes)));
        return pointer;
    }

    /// <inheritdoc/>
    public void FreeAsync(CudaDevicePointer pointer, CudaStreamHandle stream)
    {
        const string call = "cuMemFreeAsync";
        using var scope = TryEnter(call);
        if (!scope.IsEntered || pointer.IsNull) return;
        Require(call, pointer, 1);
        // Memory of a graph comes back with each of its launches, so it stays.
        if (FindStream(stream, call).Capture?.Owns(pointer.Value) != true) Submit(call, stream, () => Release(call, pointer));
    }

    /// <inheritdoc/>
    public unsafe nint AllocateHost(long bytes)
    {
        using var scope = Enter("cuMemHostAlloc", mayCapture: false);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        try
        {
            var pointer = (nint)NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes), 4096);
            _hostMemory.Add(pointer, Math.Max(1, bytes));
            return pointer;
        }
        catch (OutOfMemoryException)
        {
            throw new CudaException("cuMemHostAlloc", CudaStatus.OutOfMemory, $"{bytes} bytes were asked for.");
        }
    }

    /// <inheritdoc/>
    public unsafe void FreeHost(nint pointer)
    {
        using var scope = TryEnter("cuMemFreeHost");
        if (pointer == 0 || _disposed) return;
        if (scope.IsEntered) DrainAll();
        if (!_hostMemory.Remove(pointer)) throw new CudaException("cuMemFreeHost", CudaStatus.InvalidValue, $"No host memory of this device starts at 0x{pointer:X}, or it was freed before.");
        NativeMemory.AlignedFree((void*)pointer);
    }

    /// <inheritdoc/>
    public void CopyToDevice(CudaDevicePointer destination, ReadOnlySpan<byte> source)
    {
        using var scope = Enter("cuMemcpyHtoD", mayCapture: false);
        Require("cuMemcpyHtoD", destination, source.Length);
        DrainDefault();
        Device.CopyToDevice(Of(destination), source);
    }

    /// <inheritdoc/>
    public void CopyToHost(Span<byte> destination, CudaDevicePointer source)
    {
        using var scope = Enter("cuMemcpyDtoH", mayCapture: false);
        Require("cuMemcpyDtoH", source, destination.Length);
        DrainDefault();
        Device.CopyToHost(destination, Of(source));
    }

    /// <inheritdoc/>
    public unsafe void CopyToDeviceAsync(CudaDevicePointer destination, nint source, long bytes, CudaStreamHandle stream)
    {
        const string call = "cuMemcpyHtoDAsync";
        using var scope = Enter(call);
        Require(call, destination, bytes);
        RequireHost(call, source, bytes);
        Submit(call, stream, () => InParts(bytes, (start, count) => Device.CopyToDevice(Of(destination + start), new ReadOnlySpan<byte>((byte*)source + start, count))));
    }

    /// <inheritdoc/>
    public unsafe void CopyToHostAsync(nint destination, CudaDevicePointer source, long bytes, CudaStreamHandle stream)
    {
        const string call = "cuMemcpyDtoHAsync";
        using var scope = Enter(call);
        Require(call, source, bytes);
        RequireHost(call, destination, bytes);
        Submit(call, stream, () => InParts(bytes, (start, count) => Device.CopyToHost(new Span<byte>((byte*)destination + start, count), Of(source + start))));
    }

    /// <inheritdoc/>
    public void CopyAsync(CudaDevicePointer destination, CudaDevicePointer source, long bytes, CudaStreamHandle stream)
    {
        const string call = "cuMemcpyDtoDAsync";
        using var scope = Enter(call);
        Require(call, destination, bytes);
        Require(call, source, bytes);
        Submit(call, stream, () => Device.CopyOnDevice(Of(destination), Of(source), bytes));
    }

    /// <inheritdoc/>
    public void FillAsync(CudaDevicePointer destination, byte value, long bytes, CudaStreamHandle stream)
    {
        const string call = "cuMemsetD8Async";
        using var scope = Enter(call);
        Require(call, destination, bytes);
        Submit(call, stream, () => Device.Fill(Of(destination), value, bytes));
    }

    /// <inheritdoc/>
    public void FillAsync(CudaDevicePointer destination, uint value, long count, CudaStreamHandle stream)
    {
        const string call = "cuMemsetD32Async";
        using var scope = Enter(call);
        Require(call, destination, count * sizeof(uint));
        if ((destination.Value & 3) != 0) throw new CudaException(call, CudaStatus.InvalidValue, $"{destination} is no address of 32-bit numbers.");
        Submit(call, stream, () => Device.Fill(Of(destination), value, count));
    }

    /// <summary>From this point of the stream on what is in the memory may not be read before it is written: for a pool that hands
    /// a block out again.</summary>
    /// <exception cref="CudaException">The range does not lie in one allocation.</exception>
    public void MarkUninitialized(CudaDevicePointer pointer, long bytes, CudaStreamHandle stream)
    {
        const string call = "MarkUninitialized";
        using var scope = Enter(call);
        Require(call, pointer, bytes);
        Submit(call, stream, () => Device.MarkUninitialized(Of(pointer), bytes));
    }

    /// <summary>Loses the context, as an error of the hardware does: for tests of what a program does then.</summary>
    public void Lose(CudaStatus status = CudaStatus.EccUncorrectable)
    {
        if (!CudaStatusText.IsSticky(status)) throw new ArgumentException($"A context is not lost by {status}.", nameof(status));
        using var scope = Enter("Lose");
        Lose(status, "The device was made to fail.");
    }

    /// <summary>Lets everything go. Memory that was not freed is in <see cref="VirtualDevice.Leaks"/> of <see cref="Device"/>.</summary>
    public unsafe void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            foreach (var pointer in _hostMemory.Keys) NativeMemory.AlignedFree((void*)pointer);
            Device.Dispose();
        }
    }

    private static CudaDeviceProperties Describe(VirtualDeviceOptions options) => new()
    {
        Name = $"Virtual {options.Card.Name}",
        ComputeCapability = options.Card.ComputeCapability,
        TotalMemory = options.MemoryBytes,
        MultiprocessorCount = options.Card.Multiprocessors,
        MaxThreadsPerMultiprocessor = options.Card.WarpsPerMultiprocessor * 32,
        MaxBlocksPerMultiprocessor = options.Card.BlocksPerMultiprocessor,
        RegistersPerMultiprocessor = options.Card.RegistersPerMultiprocessor,
        SharedBytesPerBlockOptIn = options.Card.SharedPerBlock,
        SharedBytesPerMultiprocessor = options.Card.SharedPerMultiprocessor,
        L2Bytes = options.Card.L2Bytes,
        MemoryBusBits = options.Card.MemoryBusBits,
        // Two transfers of the bus a clock.
        MemoryClockKilohertz = (int)Math.Round(options.Card.Bandwidth * 8 / 2 / options.Card.MemoryBusBits / 1e3),
    };

    private static DevicePointer Of(CudaDevicePointer pointer) => new((ulong)pointer.Value);

    private static void InParts(long bytes, Action<long, int> copy)
    {
        for (long start = 0; start < bytes; start += int.MaxValue) copy(start, (int)Math.Min(bytes - start, int.MaxValue));
    }

    private CudaDevicePointer Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        try
        {
            return new((nint)Device.Allocate(Math.Max(1, bytes)).Address);
        }
        catch (OutOfDeviceMemoryException)
        {
            return default;
        }
    }

    private void Release(string call, CudaDevicePointer pointer)
    {
        try
        {
            Device.Free(Of(pointer));
        }
        catch (VirtualGpuException error)
        {
            throw new CudaException(call, CudaStatus.InvalidValue, error.Message, error);
        }
    }

    private void Require(string call, CudaDevicePointer pointer, long bytes)
    {
        try
        {
            Device.RequireAllocated(Of(pointer), bytes, call);
        }
        catch (VirtualGpuException error)
        {
            throw new CudaException(call, CudaStatus.InvalidValue, error.Message, error);
        }
    }

    /// <summary>Memory of the process that is not ours may be anything; ours ends where it ends.</summary>
    private void RequireHost(string call, nint pointer, long bytes)
    {
        if (bytes == 0) return;
        if (pointer == 0) throw new CudaException(call, CudaStatus.InvalidValue, $"{bytes} bytes of host memory at a null pointer.");
        foreach (var (start, length) in _hostMemory)
            if (pointer >= start && pointer < start + length && bytes > start + length - pointer)
                throw new CudaException(call, CudaStatus.InvalidValue, $"{bytes} bytes at 0x{pointer:X} pass the end of {length} bytes of host memory at 0x{start:X}.");
    }

    /// <summary>Begins a call: one at a time, on a device that is there.</summary>
    private Lock.Scope Enter(string call, bool mayCapture = true)
    {
        var scope = _gate.EnterScope();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_state != CudaStatus.Success) throw new CudaException(call, _state, _lostBy);
            if (!mayCapture) RefuseInCapture(call);
            return scope;
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    /// <summary>Begins a call that gives something back, which on a lost device does nothing: it is gone already.</summary>
    private Entry TryEnter(string call)
    {
        var scope = _gate.EnterScope();
        return new(scope, !_disposed && _state == CudaStatus.Success);
    }

    /// <summary>The device is lost. Returns what to throw.</summary>
    private CudaException Lose(CudaStatus status, string reason, string call = "cuLaunchKernel", Exception? cause = null)
    {
        (_state, _lostBy) = (status, reason);
        DropAll();
        return new(call, status, reason, cause);
    }

    private readonly ref struct Entry(Lock.Scope scope, bool isEntered)
    {
        private readonly Lock.Scope _scope = scope;

        public bool IsEntered { get; } = isEntered;

        public void Dispose() => _scope.Dispose();
    }
}
