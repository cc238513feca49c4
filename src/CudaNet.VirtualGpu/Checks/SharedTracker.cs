using System.Runtime.InteropServices;
using CudaNet.VirtualGpu.Machine;
using CudaNet.VirtualGpu.Memory;

namespace CudaNet.VirtualGpu.Checks;

/// <summary>Finds races on a block's shared memory by the order that barriers make between warps.</summary>
/// <remarks>
/// For each word: the last writer and two readers, each with thread, clock of its warp and the bytes it touched.
/// An access is ordered after a record when the warp has seen the other warp's clock (through a barrier or an mbarrier),
/// or, within one warp, when that warp has synchronised since. The idea is FastTrack's (Flanagan, Freund 2009), with
/// warps in place of threads.
/// </remarks>
internal sealed unsafe class SharedTracker
{
    // A record: clock, flags, 4 bits for the bytes of the word, 10 bits for the thread. Zero means none.
    private const ulong StrongBit = 1UL << 14;
    private const ulong PendingBit = 1UL << 15;
    private const int ClockShift = 16;

    private ulong* _records;
    private byte* _written;
    private int _bytes;
    private int _capacity;

    public byte* Written => _written;

    public void Start(int bytes, bool races, bool uninitialized)
    {
        if (bytes > _capacity)
        {
            Free();
            _capacity = bytes;
            _records = (ulong*)NativeMemory.Alloc((nuint)((bytes + 3) / 4) * 3, sizeof(ulong));
            _written = (byte*)NativeMemory.Alloc((nuint)bytes + 16);
        }

        _bytes = bytes;
        if (races && bytes > 0) new Span<byte>(_records, (bytes + 3) / 4 * 3 * sizeof(ulong)).Clear();
        if (uninitialized && bytes > 0) new Span<byte>(_written, bytes).Clear();
    }

    public void Free()
    {
        NativeMemory.Free(_records);
        NativeMemory.Free(_written);
        _records = null;
        _written = null;
        _capacity = 0;
    }

    /// <summary>Notes an access and tells whether it races.</summary>
    /// <param name="w">The warp that accesses.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="address">Offset in shared memory.</param>
    /// <param name="bytes">Size of the access.</param>
    /// <param name="kind">Read, write, strong or asynchronous.</param>
    /// <param name="other">The other thread of the race.</param>
    /// <param name="pending">The other access is a copy that was not waited for.</param>
    public bool Races(Warp w, int lane, int address, int bytes, AccessKind kind, out int other, out bool pending)
    {
        int thread = w.ThreadIndex(lane);
        other = -1;
        pending = false;
        for (int at = address & ~3; at < address + bytes; at += 4)
        {
            uint mask = 0xF;
            if (at < address) mask &= 0xFU << (address - at);
            if (at + 4 > address + bytes) mask &= 0xFU >> (at + 4 - address - bytes);
            ulong* record = _records + (at / 4 * 3);
            ulong own = ((ulong)(uint)w.Clock << ClockShift) | (mask << 10) | (uint)thread;
            if ((kind & AccessKind.Strong) != 0) own |= StrongBit;
            if ((kind & AccessKind.Async) != 0) own |= PendingBit;
            if (Conflicts(w, record[0], own))
            {
                other = (int)(record[0] & 0x3FF);
                pending = (record[0] & PendingBit) != 0;
            }

            if ((kind & AccessKind.Write) != 0)
            {
                if (other < 0 && Conflicts(w, record[1], own)) other = (int)(record[1] & 0x3FF);
                if (other < 0 && Conflicts(w, record[2], own)) other = (int)(record[2] & 0x3FF);
                record[0] = Merge(record[0], own);
                if ((kind & AccessKind.Read) == 0) continue;
            }

            if (((record[1] ^ own) & 0x3FF) == 0 || !Unordered(w, record[1], own))
                record[1] = Merge(record[1], own);
            else
                record[2] = ((record[2] ^ own) & 0x3FF) == 0 ? Merge(record[2], own) : own;
        }

        return other >= 0;
    }

    /// <summary>The copy has arrived: from now on it is a write of the thread that waited.</summary>
    public void Arrived(Warp w, in PendingCopy copy)
    {
        for (int at = copy.Target; at < copy.Target + copy.Bytes; at += 4)
            _records[at / 4 * 3] = ((ulong)(uint)w.Clock << ClockShift) | (0xFu << 10) | (uint)w.ThreadIndex(copy.Lane);
    }

    /// <summary>Neighbouring bytes written one by one by the same thread at the same time are one record.</summary>
    private static ulong Merge(ulong old, ulong own) =>
        ((old ^ own) & ~(0xFUL << 10)) == 0 ? old | own : own;

    private static bool Conflicts(Warp w, ulong record, ulong own)
    {
        if (record == 0 || (record & own & (0xFUL << 10)) == 0) return false;
        if ((record & PendingBit) != 0) return true;
        if (((record ^ own) & 0x3FF) == 0 || (record & own & StrongBit) != 0) return false;
        return Unordered(w, record, own);
    }

    private static bool Unordered(Warp w, ulong record, ulong own)
    {
        if (record == 0) return false;
        int clock = (int)(record >> ClockShift);
        int warp = (int)(record & 0x3FF) >> 5;
        return warp == w.Index ? clock >= w.Clock : clock > w.Seen[warp];
    }
}
