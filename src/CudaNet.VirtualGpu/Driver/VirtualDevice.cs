using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CudaNet.VirtualGpu.Machine;
using CudaNet.VirtualGpu.Memory;

namespace CudaNet.VirtualGpu;

/// <summary>A GPU in software: it runs PTX on the CPU, checks every access and counts what it does.</summary>
/// <remarks>
/// <para>Warps of 32 lanes run in lockstep with an active mask; diverged paths meet again at the immediate post-dominator of
/// their branch. Lanes of one warp therefore do not progress independently: a spin lock between them never ends.</para>
/// <para>Launches and copies are synchronous. All members may be called from several threads; launches run one after the other.</para>
/// </remarks>
public sealed class VirtualDevice : IDisposable
{
    private const int MaxThreads = 1024;
    private static readonly Dim3 MaxBlock = new(1024, 1024, 64);
    private static readonly Dim3 MaxGrid = new(int.MaxValue, 65535, 65535);

    private readonly Lock _launching = new();
    private readonly Lock _printing = new();
    private readonly List<VirtualModule> _modules = [];
    private long _launches;
    private bool _disposed;

    /// <summary>Creates a device.</summary>
    /// <param name="options">Its settings; null for the defaults.</param>
    public VirtualDevice(VirtualDeviceOptions? options = null)
    {
        Options = options ?? new VirtualDeviceOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Workers, 1, nameof(options));
        Memory = new DeviceMemory(Options.MemoryBytes);
    }

    /// <summary>Its settings.</summary>
    public VirtualDeviceOptions Options { get; }

    /// <summary>Bytes allocated, variables of modules included.</summary>
    public long UsedBytes => Memory.Used;

    /// <summary>After disposal: the allocations that were not freed, as findings.</summary>
    public IReadOnlyList<Finding> Leaks { get; private set; } = [];

    internal DeviceMemory Memory { get; }

    /// <summary>Allocates global memory. Its contents are undefined, and reading them before writing is a finding.</summary>
    /// <param name="bytes">Size, at least 1.</param>
    /// <exception cref="OutOfDeviceMemoryException">The device has not that much left.</exception>
    public DevicePointer Allocate(long bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        return new DevicePointer(Memory.Allocate(bytes, null, Options.Checks.Uninitialized).Start);
    }

    /// <summary>Allocates global memory and fills it.</summary>
    /// <param name="values">The contents.</param>
    /// <typeparam name="T">Type of the elements.</typeparam>
    public DevicePointer Upload<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var pointer = Allocate(Math.Max(1, MemoryMarshal.AsBytes(values).Length));
        CopyToDevice(pointer, values);
        return pointer;
    }

    /// <summary>Frees memory. Later accesses of kernels are found as use after free: the address is not given out again.</summary>
    /// <param name="pointer">What <see cref="Allocate"/> returned; null is ignored.</param>
    /// <exception cref="VirtualGpuException">Nothing starts there, or it was freed before.</exception>
    public void Free(DevicePointer pointer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (pointer.Address == 0) return;
        lock (_launching) Memory.Free(pointer.Address);
    }

    /// <summary>Copies from the host.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="source">The values.</param>
    /// <typeparam name="T">Type of the elements.</typeparam>
    /// <exception cref="VirtualGpuException">The range does not lie in one allocation.</exception>
    public unsafe void CopyToDevice<T>(DevicePointer target, ReadOnlySpan<T> source)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var bytes = MemoryMarshal.AsBytes(source);
        if (bytes.Length == 0) return;
        lock (_launching)
        {
            var allocation = Memory.Require(target.Address, bytes.Length, nameof(CopyToDevice));
            long offset = (long)(target.Address - allocation.Start);
            bytes.CopyTo(new Span<byte>(allocation.Host + offset, bytes.Length));
            allocation.MarkWritten(offset, bytes.Length);
        }
    }

    /// <summary>Copies to the host.</summary>
    /// <param name="target">The values.</param>
    /// <param name="source">Where from.</param>
    /// <typeparam name="T">Type of the elements.</typeparam>
    /// <exception cref="VirtualGpuException">The range does not lie in one allocation.</exception>
    public unsafe void CopyToHost<T>(Span<T> target, DevicePointer source)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var bytes = MemoryMarshal.AsBytes(target);
        if (bytes.Length == 0) return;
        lock (_launching)
        {
            var allocation = Memory.Require(source.Address, bytes.Length, nameof(CopyToHost));
            new Span<byte>(allocation.Host + (source.Address - allocation.Start), bytes.Length).CopyTo(bytes);
        }
    }

    /// <summary>Copies values to a new array on the host.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="count">Number of elements.</param>
    /// <typeparam name="T">Type of the elements.</typeparam>
    public T[] Download<T>(DevicePointer source, int count)
        where T : unmanaged
    {
        var values = new T[count];
        CopyToHost(values.AsSpan(), source);
        return values;
    }

    /// <summary>Copies within the device; the ranges may overlap.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="source">Where from.</param>
    /// <param name="bytes">Number of bytes.</param>
    /// <exception cref="VirtualGpuException">A range does not lie in one allocation.</exception>
    public unsafe void CopyOnDevice(DevicePointer target, DevicePointer source, long bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (bytes == 0) return;
        lock (_launching)
        {
            var from = Memory.Require(source.Address, bytes, nameof(CopyOnDevice));
            var to = Memory.Require(target.Address, bytes, nameof(CopyOnDevice));
            long fromOffset = (long)(source.Address - from.Start), toOffset = (long)(target.Address - to.Start);
            Buffer.MemoryCopy(from.Host + fromOffset, to.Host + toOffset, bytes, bytes);
            if (from.Written is null) to.MarkWritten(toOffset, bytes);
            else if (to.Written is not null) Buffer.MemoryCopy(from.Written + fromOffset, to.Written + toOffset, bytes, bytes);
        }
    }

    /// <summary>Fills memory with a value, as often as it fits.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="value">A value of 1, 2, 4 or 8 bytes.</param>
    /// <param name="count">Number of values.</param>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <exception cref="VirtualGpuException">The range does not lie in one allocation.</exception>
    public unsafe void Fill<T>(DevicePointer target, T value, long count)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0) return;
        lock (_launching)
        {
            var allocation = Memory.Require(target.Address, count * sizeof(T), nameof(Fill));
            long offset = (long)(target.Address - allocation.Start);
            for (long done = 0; done < count; done += int.MaxValue / 8)
                new Span<T>(allocation.Host + offset + (done * sizeof(T)), (int)Math.Min(count - done, int.MaxValue / 8)).Fill(value);
            allocation.MarkWritten(offset, count * sizeof(T));
        }
    }

    /// <summary>Makes a range what it was when it was allocated: its contents are undefined, and reading them before writing is a
    /// finding. For a memory pool that hands a block out again. Does nothing where that checker is off.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="bytes">Number of bytes.</param>
    /// <exception cref="VirtualGpuException">The range does not lie in one allocation.</exception>
    public void MarkUninitialized(DevicePointer start, long bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (bytes == 0 || !Options.Checks.Uninitialized) return;
        lock (_launching)
        {
            var allocation = Memory.Require(start.Address, bytes, nameof(MarkUninitialized));
            allocation.MarkUninitialized((long)(start.Address - allocation.Start), bytes);
        }
    }

    /// <summary>Refuses a range that copies and fills would refuse.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="bytes">Number of bytes; a range of none is always right.</param>
    /// <param name="operation">What is to be done with it, for the message.</param>
    /// <exception cref="VirtualGpuException">The range does not lie in one allocation.</exception>
    public void RequireAllocated(DevicePointer start, long bytes, [CallerMemberName] string operation = "")
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (bytes > 0) Memory.Require(start.Address, bytes, operation);
    }

    /// <summary>Loads a PTX text.</summary>
    /// <param name="ptx">The text.</param>
    /// <exception cref="PtxException">The text has an error, or an instruction that is not known.</exception>
    public VirtualModule LoadModule(string ptx)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(ptx);
        lock (_launching)
        {
            var module = new VirtualModule(this, ptx);
            _modules.Add(module);
            return module;
        }
    }

    /// <summary>Runs a kernel and waits for its end.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="grid">Number of blocks.</param>
    /// <param name="block">Threads of a block.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    /// <param name="arguments">One for each parameter.</param>
    /// <exception cref="LaunchException">The launch does not fit the signature or the card.</exception>
    /// <exception cref="KernelFaultException">A checker found something, and the device throws on findings.</exception>
    public LaunchResult Launch(VirtualFunction function, Dim3 grid, Dim3 block, int sharedBytes, params ReadOnlySpan<KernelArgument> arguments) =>
        Launch(function, grid, block, sharedBytes, new LaunchOptions(), arguments);

    /// <summary>Runs a kernel with options and waits for its end.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="grid">Number of blocks.</param>
    /// <param name="block">Threads of a block.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    /// <param name="options">Checkers, and whether the launch is cooperative.</param>
    /// <param name="arguments">One for each parameter.</param>
    /// <exception cref="LaunchException">The launch does not fit the signature or the card.</exception>
    /// <exception cref="KernelFaultException">A checker found something, and the device throws on findings.</exception>
    public LaunchResult Launch(VirtualFunction function, Dim3 grid, Dim3 block, int sharedBytes, LaunchOptions options, params ReadOnlySpan<KernelArgument> arguments)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(function.Module.IsDisposed, function.Module);
        if (function.Module.Device != this) throw new VirtualGpuException($"Launch: the kernel '{function.Name}' is loaded on another device.");
        CheckSizes(function, grid, block, sharedBytes, options);
        byte[] packed = ArgumentPacker.Pack(function, arguments);
        lock (_launching) return Run(function, grid, block, sharedBytes, options, packed);
    }

    /// <summary>Unloads all modules and frees all memory. What was not freed before is in <see cref="Leaks"/>.</summary>
    public void Dispose()
    {
        lock (_launching)
        {
            if (_disposed) return;
            _disposed = true;
            if (Options.Checks.Leaks)
            {
                Leaks = [.. Memory.Snapshot().Where(allocation => allocation.Name is null).Select(allocation => new Finding
                {
                    Kind = FindingKind.Leak,
                    Message = $"{allocation.Bytes} bytes were allocated and not freed.",
                    Address = allocation.Start,
                    AddressSpace = "global",
                    Allocation = $"allocation #{allocation.Id}",
                })];
            }

            foreach (var module in _modules) module.Release(freeVariables: false);
            _modules.Clear();
            Memory.FreeAll();
        }
    }

    internal void Unload(VirtualModule module)
    {
        lock (_launching)
        {
            if (_modules.Remove(module)) module.Release(freeVariables: true);
        }
    }

    private void CheckSizes(VirtualFunction function, Dim3 grid, Dim3 block, int sharedBytes, LaunchOptions options)
    {
        string name = function.Name;
        if (block.X < 1 || block.Y < 1 || block.Z < 1 || block.X > MaxBlock.X || block.Y > MaxBlock.Y || block.Z > MaxBlock.Z || block.Count > MaxThreads)
            throw new LaunchException(LaunchErrorKind.BlockSize, $"Launch of '{name}': a block of {block} has {block.Count} threads; 1 to {MaxThreads} are possible, at most {MaxBlock}.");
        if (block.Count > function.MaxThreadsPerBlock)
            throw new LaunchException(LaunchErrorKind.BlockSize, $"Launch of '{name}': a block of {block} has {block.Count} threads; the kernel was compiled for {function.MaxThreadsPerBlock} at most (__launch_bounds__).");
        if (function.Program.Source.RequiredThreads is { } required && (block.X != required[0] || block.Y != required[1] || block.Z != required[2]))
            throw new LaunchException(LaunchErrorKind.BlockSize, $"Launch of '{name}': the block is {block}; the kernel requires ({required[0]}, {required[1]}, {required[2]}).");
        if (grid.X < 1 || grid.Y < 1 || grid.Z < 1 || grid.Y > MaxGrid.Y || grid.Z > MaxGrid.Z)
            throw new LaunchException(LaunchErrorKind.GridSize, $"Launch of '{name}': a grid of {grid} is not possible; at least one block each way, at most {MaxGrid}.");
        long shared = (long)function.StaticSharedBytes + sharedBytes;
        if (sharedBytes < 0 || shared > Options.Card.SharedPerBlock)
            throw new LaunchException(LaunchErrorKind.SharedMemory, $"Launch of '{name}': {function.StaticSharedBytes} bytes of static and {sharedBytes} of dynamic shared memory; a block of the {Options.Card.Name} has {Options.Card.SharedPerBlock} at most.");
        var occupancy = function.Occupancy(Options.Card, (int)block.Count, sharedBytes);
        if (options.Cooperative && occupancy.BlocksPerMultiprocessor > 0 && grid.Count > (long)occupancy.BlocksPerMultiprocessor * Options.Card.Multiprocessors)
            throw new LaunchException(LaunchErrorKind.GridSize, $"Launch of '{name}': a cooperative grid must be resident at once: {grid.Count} blocks, the {Options.Card.Name} holds {occupancy.BlocksPerMultiprocessor * Options.Card.Multiprocessors}.");
    }

    private unsafe LaunchResult Run(VirtualFunction function, Dim3 grid, Dim3 block, int sharedBytes, LaunchOptions options, byte[] packed)
    {
        LaunchTotals totals;
        LaunchState launch;
        var watch = Stopwatch.StartNew();
        fixed (byte* parameters = packed)
        {
            launch = new LaunchState(function.Program, Memory)
            {
                Id = ++_launches,
                GridSize = grid,
                BlockSize = block,
                DynamicShared = sharedBytes,
                SharedBytes = function.StaticSharedBytes + sharedBytes,
                SmCount = Options.Card.Multiprocessors,
                Checks = options.Checks ?? Options.Checks,
                InstructionLimit = Options.InstructionLimit,
                Parameters = parameters,
                Print = Print,
            };
            totals = options.Cooperative ? Scheduler.RunCooperative(launch) : Scheduler.Run(launch, Options.Workers);
        }

        watch.Stop();
        var counters = new LaunchCounters(totals, function.Program.Info);
        var result = new LaunchResult(function.Name, launch.Findings(), counters, watch.Elapsed, block, launch.SharedBytes, function.RegisterEstimate);
        if (result.Findings.Count > 0 && (options.ThrowOnFinding ?? Options.ThrowOnFinding)) throw new KernelFaultException(result);
        return result;
    }

    private void Print(string text)
    {
        if (Options.Print is not { } print) return;
        lock (_printing) print(text);
    }
}
