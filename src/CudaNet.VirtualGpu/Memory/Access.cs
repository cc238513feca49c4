using System.Numerics;
using CudaNet.VirtualGpu.Machine;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Memory;

/// <summary>Turns the addresses of a warp's memory instruction into host pointers: checks, shadow memory and counters on the way.</summary>
internal static unsafe class Access
{
    /// <summary>Set in <see cref="Insn.Aux"/> when the address register has 32 bits.</summary>
    public const int Address32 = 1;

    /// <summary>Fills the warp's addresses for its executing lanes.</summary>
    public static void Addresses(Warp w, int register, long offset, bool narrow)
    {
        ulong* addresses = w.Addresses;
        if (narrow)
        {
            uint* a = (uint*)(w.Regs + register);
            for (int lane = 0; lane < 32; lane++) addresses[lane] = (uint)(a[lane] + (uint)offset);
        }
        else
        {
            ulong* a = (ulong*)(w.Regs + register);
            for (int lane = 0; lane < 32; lane++) addresses[lane] = a[lane] + (ulong)offset;
        }
    }

    /// <summary>Fills the warp's pointers.</summary>
    /// <returns>The lanes whose access is allowed.</returns>
    public static uint Resolve(Warp w, Insn* i, Space space, int bytes, AccessKind kind, uint mask) => space switch
    {
        Space.Global or Space.Const => Global(w, i, space, bytes, kind, mask),
        Space.Shared => Shared(w, i, bytes, kind, mask),
        Space.Local or Space.CallParam => Local(w, i, bytes, kind, mask),
        Space.Param => Param(w, i, bytes, kind, mask),
        _ => Generic(w, i, bytes, kind, mask),
    };

    public static uint Resolve(Warp w, Insn* i, Space space, int bytes, AccessKind kind)
    {
        Addresses(w, i->A, i->Imm, (i->Aux & Address32) != 0);
        return Resolve(w, i, space, bytes, kind, w.Exec);
    }

    private static uint Generic(Warp w, Insn* i, int bytes, AccessKind kind, uint mask)
    {
        uint shared = 0, local = 0, param = 0;
        ulong* addresses = w.Addresses;
        for (uint m = mask; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong address = addresses[lane];
            if (address >= AddressMap.FunctionWindow) continue;
            if (address >= AddressMap.ParamWindow) param |= 1u << lane;
            else if (address >= AddressMap.LocalWindow) local |= 1u << lane;
            else if (address >= AddressMap.SharedWindow) shared |= 1u << lane;
        }

        uint rest = mask & ~(shared | local | param);
        uint done = 0;
        if (rest != 0) done |= Global(w, i, Space.Global, bytes, kind, rest);
        if (shared != 0)
        {
            Shift(addresses, shared, AddressMap.SharedWindow);
            done |= Shared(w, i, bytes, kind, shared);
        }

        if (local != 0)
        {
            Shift(addresses, local, AddressMap.LocalWindow);
            done |= Local(w, i, bytes, kind, local);
        }

        if (param != 0)
        {
            Shift(addresses, param, AddressMap.ParamWindow);
            done |= Param(w, i, bytes, kind, param);
        }

        return done;
    }

    private static void Shift(ulong* addresses, uint mask, ulong window)
    {
        for (; mask != 0; mask &= mask - 1) addresses[BitOperations.TrailingZeroCount(mask)] -= window;
    }

    private static uint Global(Warp w, Insn* i, Space space, int bytes, AccessKind kind, uint mask)
    {
        ulong* addresses = w.Addresses;
        ulong min = ulong.MaxValue, max = 0, any = 0;
        for (uint m = mask; m != 0; m &= m - 1)
        {
            ulong address = addresses[BitOperations.TrailingZeroCount(m)];
            min = Math.Min(min, address);
            max = Math.Max(max, address);
            any |= address;
        }

        if ((any & (ulong)(bytes - 1)) != 0) mask = Aligned(w, i, space, bytes, mask);
        var block = w.Block;
        var allocation = block.LastAllocation;
        if (allocation is null || !allocation.Contains(min, 1))
            allocation = DeviceMemory.Find(block.Launch.Allocations, min);
        if (allocation is not null && allocation.Contains(min, (ulong)bytes) && allocation.Contains(max, (ulong)bytes))
        {
            block.LastAllocation = allocation;
            byte* host = allocation.Host - allocation.Start;
            for (uint m = mask; m != 0; m &= m - 1)
            {
                int lane = BitOperations.TrailingZeroCount(m);
                w.Pointers[lane] = host + addresses[lane];
            }

            if (allocation.Written is not null) Track(w, i, space, allocation, bytes, kind, mask);
        }
        else
        {
            mask = GlobalSlow(w, i, space, bytes, kind, mask);
        }

        int lanes = BitOperations.PopCount(mask);
        if ((kind & AccessKind.Read) != 0) block.BytesRead[(int)space] += (long)lanes * bytes;
        if ((kind & AccessKind.Write) != 0) block.BytesWritten[(int)space] += (long)lanes * bytes;
        if (space == Space.Global && mask != 0) Coalescing.Count(addresses, mask, bytes, ref block.Counts[i - block.Launch.Program.Code]);
        return mask;
    }

    private static uint GlobalSlow(Warp w, Insn* i, Space space, int bytes, AccessKind kind, uint mask)
    {
        var launch = w.Block.Launch;
        uint good = 0;
        for (uint m = mask; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong address = w.Addresses[lane];
            var allocation = DeviceMemory.Find(launch.Allocations, address);
            if (allocation is null || !allocation.Contains(address, (ulong)bytes))
            {
                if (!launch.Checks.Bounds) continue;
                bool freed = launch.WasFreed(address);
                launch.Report(
                    freed ? FindingKind.UseAfterFree : FindingKind.OutOfBounds, w, i, lane,
                    $"{Verb(kind)} of global memory {(freed ? "that was freed" : "outside of every allocation")}.", Space.Global, address, bytes);
                continue;
            }

            good |= 1u << lane;
            w.Pointers[lane] = allocation.Host + (address - allocation.Start);
            if (allocation.Written is not null) Track(w, i, space, allocation, bytes, kind, 1u << lane);
        }

        return good;
    }

    private static void Track(Warp w, Insn* i, Space space, Allocation allocation, int bytes, AccessKind kind, uint mask)
    {
        byte* written = allocation.Written - allocation.Start;
        bool check = w.Block.Launch.Checks.Uninitialized;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            byte* at = written + w.Addresses[lane];
            if ((kind & AccessKind.Read) != 0 && check && !IsWritten(at, bytes))
            {
                w.Block.Launch.Report(FindingKind.UninitializedRead, w, i, lane, "Read of global memory that was never written.", Space.Global, w.Addresses[lane], bytes);
                MarkWritten(at, bytes);
            }

            if ((kind & AccessKind.Write) != 0) MarkWritten(at, bytes);
        }
    }

    private static uint Shared(Warp w, Insn* i, int bytes, AccessKind kind, uint mask)
    {
        var block = w.Block;
        var launch = block.Launch;
        ulong* addresses = w.Addresses;
        ulong size = (ulong)launch.SharedBytes, any = 0;
        byte* shared = block.Shared;
        uint good = 0;
        for (uint m = mask; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong address = addresses[lane];
            any |= address;
            if (address > size || size - address < (ulong)bytes)
            {
                if (launch.Checks.Bounds)
                    launch.Report(FindingKind.OutOfBounds, w, i, lane, $"{Verb(kind)} outside of the block's {size} bytes of shared memory.", Space.Shared, address, bytes);
                continue;
            }

            good |= 1u << lane;
            w.Pointers[lane] = shared + address;
        }

        if ((any & (ulong)(bytes - 1)) != 0) good = Aligned(w, i, Space.Shared, bytes, good);
        if (launch.Checks.Uninitialized) TrackShared(w, i, bytes, kind, good);
        if (launch.Checks.Races) CheckRaces(w, i, bytes, kind, good);
        int lanes = BitOperations.PopCount(good);
        if ((kind & AccessKind.Read) != 0) block.BytesRead[(int)Space.Shared] += (long)lanes * bytes;
        if ((kind & AccessKind.Write) != 0) block.BytesWritten[(int)Space.Shared] += (long)lanes * bytes;
        if (good != 0) BankConflicts.Count(addresses, good, bytes, ref block.Counts[i - launch.Program.Code]);
        return good;
    }

    private static void TrackShared(Warp w, Insn* i, int bytes, AccessKind kind, uint mask)
    {
        byte* written = w.Block.Tracker.Written;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            byte* at = written + w.Addresses[lane];
            if ((kind & AccessKind.Read) != 0 && !IsWritten(at, bytes))
            {
                w.Block.Launch.Report(FindingKind.UninitializedRead, w, i, lane, "Read of shared memory that was never written.", Space.Shared, w.Addresses[lane], bytes);
                MarkWritten(at, bytes);
            }

            if ((kind & AccessKind.Write) != 0) MarkWritten(at, bytes);
        }
    }

    private static void CheckRaces(Warp w, Insn* i, int bytes, AccessKind kind, uint mask)
    {
        var tracker = w.Block.Tracker;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            if (!tracker.Races(w, lane, (int)w.Addresses[lane], bytes, kind, out int other, out bool pending)) continue;
            w.Block.Launch.Report(
                pending ? FindingKind.PendingCopy : FindingKind.SharedRace, w, i, lane,
                pending
                    ? $"{Verb(kind)} of shared memory that a cp.async still fills: it was not waited for."
                    : $"{Verb(kind)} of shared memory that another thread {((kind & AccessKind.Write) != 0 ? "uses" : "writes")}, without a barrier between.",
                Space.Shared, w.Addresses[lane], bytes, other);
        }
    }

    private static uint Local(Warp w, Insn* i, int bytes, AccessKind kind, uint mask)
    {
        ulong* addresses = w.Addresses;
        var launch = w.Block.Launch;
        ulong size = (ulong)w.LocalBytes, any = 0;
        uint good = 0;
        for (uint m = mask; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong address = addresses[lane];
            any |= address;
            if (address > size || size - address < (ulong)bytes)
            {
                if (launch.Checks.Bounds)
                    launch.Report(FindingKind.OutOfBounds, w, i, lane, $"{Verb(kind)} outside of the thread's {size} bytes of local memory.", Space.Local, address, bytes);
                continue;
            }

            good |= 1u << lane;
            long at = ((long)lane * w.LocalBytes) + (long)address;
            w.Pointers[lane] = w.LocalBase + at;
            if (!launch.Checks.Uninitialized) continue;
            byte* written = w.LocalShadow + at;
            if ((kind & AccessKind.Write) != 0)
            {
                MarkWritten(written, bytes);
            }
            else if (!IsWritten(written, bytes))
            {
                launch.Report(FindingKind.UninitializedRead, w, i, lane, "Read of local memory that was never written.", Space.Local, address, bytes);
                MarkWritten(written, bytes);
            }
        }

        if ((any & (ulong)(bytes - 1)) != 0) good = Aligned(w, i, Space.Local, bytes, good);
        int lanes = BitOperations.PopCount(good);
        if ((kind & AccessKind.Read) != 0) w.Block.BytesRead[(int)Space.Local] += (long)lanes * bytes;
        if ((kind & AccessKind.Write) != 0) w.Block.BytesWritten[(int)Space.Local] += (long)lanes * bytes;
        return good;
    }

    private static uint Param(Warp w, Insn* i, int bytes, AccessKind kind, uint mask)
    {
        var launch = w.Block.Launch;
        ulong size = (ulong)launch.Program.ParameterBytes, any = 0;
        uint good = 0;
        for (uint m = mask; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong address = w.Addresses[lane];
            any |= address;
            if (address > size || size - address < (ulong)bytes || (kind & AccessKind.Write) != 0)
            {
                if (launch.Checks.Bounds)
                    launch.Report(FindingKind.OutOfBounds, w, i, lane, $"{Verb(kind)} outside of the kernel's {size} bytes of parameters, which can only be read.", Space.Param, address, bytes);
                continue;
            }

            good |= 1u << lane;
            w.Pointers[lane] = launch.Parameters + address;
        }

        if ((any & (ulong)(bytes - 1)) != 0) good = Aligned(w, i, Space.Param, bytes, good);
        w.Block.BytesRead[(int)Space.Param] += (long)BitOperations.PopCount(good) * bytes;
        return good;
    }

    /// <summary>The lanes whose addresses are aligned. The card refuses the others; without the check they are let through.</summary>
    private static uint Aligned(Warp w, Insn* i, Space space, int bytes, uint mask)
    {
        if (!w.Block.Launch.Checks.Alignment) return mask;
        for (uint m = mask; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            if ((w.Addresses[lane] & (ulong)(bytes - 1)) == 0) continue;
            w.Block.Launch.Report(FindingKind.Misaligned, w, i, lane, $"The address is not a multiple of {bytes}.", space, w.Addresses[lane], bytes);
            mask &= ~(1u << lane);
        }

        return mask;
    }

    private static string Verb(AccessKind kind) => (kind & AccessKind.Atomic) == AccessKind.Atomic ? "Atomic operation" : (kind & AccessKind.Write) != 0 ? "Write" : "Read";

    public static bool IsWritten(byte* at, int bytes)
    {
        switch (bytes)
        {
            case 4:
                return *(uint*)at == 0x01010101;
            case 8:
                return *(ulong*)at == 0x0101010101010101;
            case 16:
                return *(ulong*)at == 0x0101010101010101 && *(ulong*)(at + 8) == 0x0101010101010101;
            default:
                for (int b = 0; b < bytes; b++)
                    if (at[b] == 0) return false;
                return true;
        }
    }

    public static void MarkWritten(byte* at, int bytes)
    {
        switch (bytes)
        {
            case 4:
                *(uint*)at = 0x01010101;
                break;
            case 8:
                *(ulong*)at = 0x0101010101010101;
                break;
            case 16:
                *(ulong*)at = 0x0101010101010101;
                *(ulong*)(at + 8) = 0x0101010101010101;
                break;
            default:
                for (int b = 0; b < bytes; b++) at[b] = 1;
                break;
        }
    }
}
