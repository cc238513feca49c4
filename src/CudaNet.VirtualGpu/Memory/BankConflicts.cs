using System.Numerics;
using CudaNet.VirtualGpu.Machine;

namespace CudaNet.VirtualGpu.Memory;

/// <summary>Counts the passes that a shared access needs: 32 banks of 4 bytes, one word of each bank a pass.</summary>
/// <remarks>Accesses of 8 and 16 bytes go by halves and quarters of a warp, as on the card.</remarks>
internal static unsafe class BankConflicts
{
    public static void Count(ulong* addresses, uint mask, int bytes, ref PcCount count)
    {
        int lanesAtOnce = bytes <= 4 ? 32 : bytes == 8 ? 16 : 8;
        for (int lane = 0; lane < 32; lane += lanesAtOnce)
        {
            uint part = lanesAtOnce == 32 ? mask : mask & (((1u << lanesAtOnce) - 1) << lane);
            if (part == 0) continue;
            count.IdealWavefronts++;
            count.Wavefronts += Wavefronts(addresses, part, bytes);
        }
    }

    private static int Wavefronts(ulong* addresses, uint mask, int bytes)
    {
        uint used = 0;
        bool conflict = false;
        uint* words = stackalloc uint[32];
        for (uint m = mask; m != 0; m &= m - 1)
        {
            uint first = (uint)(addresses[BitOperations.TrailingZeroCount(m)] >> 2);
            for (int k = 0; k < (bytes + 3) / 4; k++)
            {
                uint word = first + (uint)k, bank = word & 31;
                if ((used & (1u << (int)bank)) == 0)
                {
                    used |= 1u << (int)bank;
                    words[bank] = word;
                }
                else if (words[bank] != word)
                {
                    conflict = true;
                }
            }
        }

        return conflict ? Conflicted(addresses, mask, bytes) : 1;
    }

    private static int Conflicted(ulong* addresses, uint mask, int bytes)
    {
        uint* distinct = stackalloc uint[128];
        int* perBank = stackalloc int[32];
        int count = 0, most = 1;
        for (uint m = mask; m != 0; m &= m - 1)
        {
            uint first = (uint)(addresses[BitOperations.TrailingZeroCount(m)] >> 2);
            for (int k = 0; k < (bytes + 3) / 4; k++)
            {
                uint word = first + (uint)k;
                bool known = false;
                for (int other = 0; other < count && !known; other++) known = distinct[other] == word;
                if (known) continue;
                distinct[count++] = word;
                most = Math.Max(most, ++perBank[word & 31]);
            }
        }

        return most;
    }
}
