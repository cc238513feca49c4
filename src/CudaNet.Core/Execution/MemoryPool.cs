using System.Collections.Concurrent;
using System.Numerics;

namespace CudaNet.Execution;

/// <summary>Device memory in blocks that are kept for reuse. Sizes are rounded up (powers of two with four steps
/// between), so that a training loop finds each step's blocks again.</summary>
/// <remarks>Blocks that the user lost come back by finalisers. So that they come back in time, the pool counts what it
/// handed out since the last collection and asks for one when that passes the half of what lives (at least 64 MiB).</remarks>
public sealed class MemoryPool(IMemoryAllocator allocator)
{
    private const long CollectAtLeast = 64L << 20, CollectYoungAtLeast = 8L << 20;

    // Finalisers of buffers put blocks here when the pool may be lost with them, so it must have no finaliser of its own, as a bag has.
    private readonly ConcurrentDictionary<long, ConcurrentStack<nint>> _free = new();
    private readonly ConcurrentDictionary<DeviceBuffer.Ticket, byte> _live = new();
    private readonly Lock _growth = new();
    private long _liveBytes, _heldBytes, _peakBytes, _grownSinceCollect, _grownSinceYoungCollect, _allocations, _systemAllocations;

    /// <summary>Bytes in buffers that are in use.</summary>
    public long LiveBytes => Volatile.Read(ref _liveBytes);

    /// <summary>Bytes taken from the system: in use and kept.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    /// <summary>Greatest <see cref="HeldBytes"/> so far.</summary>
    public long PeakBytes => Volatile.Read(ref _peakBytes);

    /// <summary>Buffers handed out so far.</summary>
    public long Allocations => Volatile.Read(ref _allocations);

    /// <summary>How many of them had to be taken from the system.</summary>
    public long SystemAllocations => Volatile.Read(ref _systemAllocations);

    /// <summary>A buffer of at least so many bytes, with whatever it held before.</summary>
    /// <exception cref="OutOfMemoryException">The device has no more memory, even after a collection; names the largest holders.</exception>
    public DeviceBuffer Allocate(long bytes)
    {
        var size = RoundUp(Math.Max(bytes, 64));
        var pointer = TryTake(size, out var reused) ? reused : Grow(size);
        Interlocked.Increment(ref _allocations);
        Interlocked.Add(ref _liveBytes, size);
        var ticket = new DeviceBuffer.Ticket(size);
        _live[ticket] = 0;
        return new(this, pointer, bytes, ticket);
    }

    /// <summary>Gives all kept blocks back to the system.</summary>
    public void Trim()
    {
        foreach (var (size, blocks) in _free)
            while (blocks.TryPop(out var pointer))
            {
                allocator.Free(pointer, size);
                Interlocked.Add(ref _heldBytes, -size);
                GC.RemoveMemoryPressure(size);
            }
    }

    internal void Return(nint pointer, DeviceBuffer.Ticket ticket)
    {
        if (!_live.TryRemove(ticket, out _)) return;
        Interlocked.Add(ref _liveBytes, -ticket.Bytes);
        _free.GetOrAdd(ticket.Bytes, static _ => new()).Push(pointer);
    }

    private bool TryTake(long size, out nint pointer)
    {
        pointer = 0;
        if (!_free.TryGetValue(size, out var blocks) || !blocks.TryPop(out pointer)) return false;
        allocator.Reuse(pointer, size);
        return true;
    }

    private nint Grow(long size)
    {
        lock (_growth)
        {
            _grownSinceCollect += size;
            _grownSinceYoungCollect += size;
            if (_grownSinceCollect > Math.Max(CollectAtLeast, LiveBytes / 2))
            {
                Collect();
                if (TryTake(size, out var reclaimed)) return reclaimed;
            }
            else if (_grownSinceYoungCollect > Math.Max(CollectYoungAtLeast, LiveBytes / 8))
            {
                CollectYoung();
                if (TryTake(size, out var reclaimed)) return reclaimed;
            }
            var pointer = allocator.TryAllocate(size);
            if (pointer == 0)
            {
                Collect();
                if (TryTake(size, out var reclaimed)) return reclaimed;
                Trim();
                pointer = allocator.TryAllocate(size);
                if (pointer == 0) throw new OutOfMemoryException(Describe(size));
            }
            var held = Interlocked.Add(ref _heldBytes, size);
            _peakBytes = Math.Max(_peakBytes, held);
            _systemAllocations++;
            GC.AddMemoryPressure(size);
            return pointer;
        }
    }

    private void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _grownSinceCollect = _grownSinceYoungCollect = 0;
    }

    /// <summary>What a training step dropped is young: finding it costs a fraction of a millisecond.</summary>
    private void CollectYoung()
    {
        GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
        _grownSinceYoungCollect = 0;
    }

    private string Describe(long size)
    {
        var holders = _live.Keys.GroupBy(t => t.Bytes).OrderByDescending(g => g.Key * g.Count()).Take(5)
            .Select(g => $"{g.Count()} × {Text(g.Key)}");
        return $"The device has no room for {Text(size)}: {Text(LiveBytes)} are in use. Largest holders: {string.Join(", ", holders)}. " +
            "Use a smaller batch, or let go of tensors that are no longer needed.";
    }

    private static string Text(long bytes) => bytes >= 1L << 30 ? $"{bytes / (double)(1L << 30):F2} GiB" : bytes >= 1 << 20 ? $"{bytes / (double)(1 << 20):F1} MiB" : $"{bytes} B";

    /// <summary>The next of 4·2ᵏ, 5·2ᵏ, 6·2ᵏ, 7·2ᵏ: at most a quarter is lost.</summary>
    private static long RoundUp(long bytes)
    {
        var unit = Math.Max(64, (long)(BitOperations.RoundUpToPowerOf2((ulong)bytes) >> 3));
        return (bytes + unit - 1) / unit * unit;
    }
}
