namespace CudaNet.VirtualGpu.Memory;

/// <summary>All global memory of a device. Virtual addresses only grow, so a freed address is never given out again.</summary>
internal sealed class DeviceMemory(long capacity)
{
    private const int RememberedFrees = 4096;

    private readonly Lock _gate = new();
    private readonly List<Allocation> _live = [];
    private readonly Queue<(ulong Start, long Bytes, int Id)> _freed = [];
    private Allocation[]? _snapshot;
    private ulong _next = AddressMap.GlobalStart;
    private int _count;

    public long Used { get; private set; }

    public Allocation Allocate(long bytes, string? name, bool tracked, bool constant = false)
    {
        lock (_gate)
        {
            if (bytes > capacity - Used)
                throw new OutOfDeviceMemoryException(bytes, Used, capacity);
            Allocation allocation;
            try
            {
                allocation = new Allocation(++_count, _next, bytes, name, tracked) { IsConstant = constant };
            }
            catch (OutOfMemoryException)
            {
                throw new OutOfDeviceMemoryException(bytes, Used, capacity);
            }

            _live.Add(allocation);
            _snapshot = null;
            Used += bytes;
            _next += (((ulong)bytes + AddressMap.AllocationAlignment - 1) & ~(AddressMap.AllocationAlignment - 1)) + AddressMap.Gap;
            return allocation;
        }
    }

    public void Free(ulong address)
    {
        lock (_gate)
        {
            int index = IndexOf(CollectionsSpan(), address);
            if (index < 0 || _live[index].Start != address)
            {
                string reason = _freed.Any(freed => freed.Start == address) ? "it was freed before" : "no allocation starts there";
                throw new VirtualGpuException($"Free: 0x{address:X} cannot be freed: {reason}.");
            }

            var allocation = _live[index];
            _live.RemoveAt(index);
            _snapshot = null;
            Used -= allocation.Bytes;
            if (_freed.Count == RememberedFrees) _freed.Dequeue();
            _freed.Enqueue((allocation.Start, allocation.Bytes, allocation.Id));
            allocation.Free();
        }
    }

    /// <summary>The live allocations in the order of their addresses.</summary>
    public Allocation[] Snapshot()
    {
        lock (_gate) return _snapshot ??= [.. _live];
    }

    public static Allocation? Find(Allocation[] allocations, ulong address)
    {
        int index = IndexOf(allocations, address);
        return index < 0 || !allocations[index].Contains(address, 1) ? null : allocations[index];
    }

    /// <summary>The allocation that holds a whole range, for copies from and to the host.</summary>
    public Allocation Require(ulong address, long bytes, string operation)
    {
        var allocations = Snapshot();
        int index = IndexOf(allocations, address);
        if (index >= 0 && allocations[index].Contains(address, (ulong)bytes)) return allocations[index];
        throw new VirtualGpuException($"{operation}: {bytes} bytes at 0x{address:X} do not lie in one allocation: {Explain(allocations, address)}.");
    }

    /// <summary>What lies at or near an address.</summary>
    public string Explain(Allocation[] allocations, ulong address)
    {
        if (WasFreed(address) is { } freed) return freed;
        int index = IndexOf(allocations, address);
        Allocation? near = index >= 0 ? allocations[index] : null;
        if (index + 1 < allocations.Length)
        {
            var after = allocations[index + 1];
            // An access may begin inside of an allocation and pass its end: that one is meant.
            if (near is null || (!near.Contains(address, 1) && after.Start - address < address - near.Start - (ulong)near.Bytes)) near = after;
        }

        if (address < AddressMap.WindowBytes) return "a null pointer or an offset from one";
        return near is null ? "nothing is allocated" : near.Describe(address);
    }

    public string? WasFreed(ulong address)
    {
        lock (_gate)
        {
            foreach (var (start, bytes, id) in _freed)
                if (address >= start && address - start < (ulong)bytes) return $"{address - start} bytes inside the freed allocation #{id} of {bytes} bytes at 0x{start:X}";
            return null;
        }
    }

    public void FreeAll()
    {
        lock (_gate)
        {
            foreach (var allocation in _live) allocation.Free();
            _live.Clear();
            _snapshot = null;
            Used = 0;
        }
    }

    private ReadOnlySpan<Allocation> CollectionsSpan() => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_live);

    /// <summary>Index of the last allocation that starts at or before an address, −1 when there is none.</summary>
    private static int IndexOf(ReadOnlySpan<Allocation> allocations, ulong address)
    {
        int low = 0, high = allocations.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (allocations[middle].Start <= address) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }
}
