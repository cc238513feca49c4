using System.Numerics;
using CudaNet.VirtualGpu.Machine;

namespace CudaNet.VirtualGpu.Memory;

/// <summary>Counts the 32-byte sectors that a global access touches, and how few would do.</summary>
internal static unsafe class Coalescing
{
    private const int SectorShift = 5;

    public static void Count(ulong* addresses, uint mask, int bytes, ref PcCount count)
    {
        int first = BitOperations.TrailingZeroCount(mask);
        ulong start = addresses[first];
        int lanes = BitOperations.PopCount(mask);

        // The common case: neighbours side by side.
        bool contiguous = true;
        ulong expected = start;
        for (uint m = mask; m != 0; m &= m - 1, expected += (ulong)bytes)
        {
            if (addresses[BitOperations.TrailingZeroCount(m)] == expected) continue;
            contiguous = false;
            break;
        }

        if (contiguous)
        {
            ulong end = start + (ulong)((lanes * bytes) - 1);
            count.Sectors += (long)((end >> SectorShift) - (start >> SectorShift)) + 1;
            count.IdealSectors += ((lanes * bytes) + 31) >> SectorShift;
            return;
        }

        ulong* sectors = stackalloc ulong[64];
        ulong* distinct = stackalloc ulong[32];
        int sectorCount = 0, distinctCount = 0;
        for (uint m = mask; m != 0; m &= m - 1)
        {
            ulong address = addresses[BitOperations.TrailingZeroCount(m)];
            Add(distinct, ref distinctCount, address);
            Add(sectors, ref sectorCount, address >> SectorShift);
            Add(sectors, ref sectorCount, (address + (ulong)bytes - 1) >> SectorShift);
        }

        count.Sectors += sectorCount;
        count.IdealSectors += Math.Min(sectorCount, ((distinctCount * bytes) + 31) >> SectorShift);
    }

    private static void Add(ulong* set, ref int count, ulong value)
    {
        // From the end: neighbours mostly share the sector.
        for (int k = count - 1; k >= 0; k--)
            if (set[k] == value) return;
        set[count++] = value;
    }
}
