using System.Numerics;
using System.Runtime.Intrinsics;
using CudaNet.VirtualGpu.Memory;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>cp.async and mbarrier.</summary>
internal static unsafe class AsyncOps
{
    /// <summary>A the shared target, B the global source, C the bytes to read or −1, Mode the bytes to write. Aux: 1 and 8 narrow registers.</summary>
    public static void Copy(Warp w, Insn* i)
    {
        int size = i->Mode;
        uint* read = i->C >= 0 ? (uint*)(w.Regs + i->C) : null;
        var data = stackalloc Vector128<byte>[32];
        new Span<Vector128<byte>>(data, 32).Clear();
        uint whole = 0, part = 0;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            uint bytes = read is null ? (uint)size : Math.Min(read[lane], (uint)size);
            if (bytes == size) whole |= 1u << lane;
            else if (bytes > 0) part |= 1u << lane;
        }

        uint good = w.Exec;
        if (whole != 0)
        {
            Access.Addresses(w, i->B, i->E, (i->Aux & 8) != 0);
            uint read1 = Access.Resolve(w, i, Space.Global, size, AccessKind.Read, whole);
            for (uint m = read1; m != 0; m &= m - 1)
            {
                int lane = BitOperations.TrailingZeroCount(m);
                Buffer.MemoryCopy(w.Pointers[lane], data + lane, size, size);
            }
        }

        for (uint m = part; m != 0; m &= m - 1)
        {
            // A part of the bytes, byte by byte: rare, at the edge of a matrix only.
            int lane = BitOperations.TrailingZeroCount(m);
            for (uint b = 0; b < read[lane]; b++)
            {
                Access.Addresses(w, i->B, i->E + b, (i->Aux & 8) != 0);
                if (Access.Resolve(w, i, Space.Global, 1, AccessKind.Read, 1u << lane) != 0) ((byte*)(data + lane))[b] = *w.Pointers[lane];
            }
        }

        Access.Addresses(w, i->A, i->Imm, (i->Aux & Access.Address32) != 0);
        good = Access.Resolve(w, i, Space.Shared, size, AccessKind.Write | AccessKind.Async, good);
        for (uint m = good; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            w.Pending.Add(new PendingCopy { Data = data[lane], Target = (int)w.Addresses[lane], Bytes = size, Lane = lane, Group = w.CommittedGroups[lane] });
        }
    }

    public static void Commit(Warp w, Insn* i)
    {
        for (uint m = w.Exec; m != 0; m &= m - 1) w.CommittedGroups[BitOperations.TrailingZeroCount(m)]++;
    }

    /// <summary>Mode: the number of groups that may stay on their way, −1 waits for everything.</summary>
    public static void Wait(Warp w, Insn* i)
    {
        if (w.Pending.Count > 0) AsyncCopies.Complete(w, w.Exec, i->Mode);
    }

    public const int Init = 0;
    public const int Invalidate = 1;
    public const int Arrive = 2;
    public const int ArriveDrop = 3;
    public const int TestState = 4;
    public const int TestParity = 5;
    public const int ArriveAfterCopies = 6;
    public const int ArriveAfterCopiesNoIncrement = 7;

    // An mbarrier: pending arrivals in bits 0–19, expected ones in 20–39, phase above.
    private const int ExpectedShift = 20;
    private const int PhaseShift = 40;
    private const ulong CountMask = (1UL << 20) - 1;

    /// <summary>A the address, B count or state, D the result or −1, Mode the space, Target the operation.</summary>
    public static void Mbarrier(Warp w, Insn* i)
    {
        uint good = Access.Resolve(w, i, (Space)i->Mode, 8, i->Target == Init ? AccessKind.Write | AccessKind.Strong : AccessKind.Atomic);
        uint done = 0;
        bool released = false, acquired = false;
        for (uint m = good; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong* barrier = (ulong*)w.Pointers[lane];
            ulong state = *barrier;
            int address = (int)((byte*)barrier - w.Block.Shared);
            switch (i->Target)
            {
                case Init:
                    ulong count = ((uint*)(w.Regs + i->B))[lane] & CountMask;
                    *barrier = count | (count << ExpectedShift);
                    break;
                case Invalidate:
                    *barrier = ulong.MaxValue;
                    break;
                case TestState or TestParity:
                    ulong wanted = i->Target == TestState ? ((ulong*)(w.Regs + i->B))[lane] >> PhaseShift : ((uint*)(w.Regs + i->B))[lane];
                    bool complete = i->Target == TestState ? state >> PhaseShift != wanted : ((state >> PhaseShift) & 1) != (wanted & 1);
                    if (!complete) break;
                    done |= 1u << lane;
                    if (!acquired) w.Block.Acquire(w, address);
                    acquired = true;
                    break;
                default:
                    if (i->Target >= ArriveAfterCopies) AsyncCopies.Complete(w, 1u << lane, -1);
                    if (!released) w.Block.Release(w, address);
                    released = true;
                    if (i->D >= 0) ((ulong*)(w.Regs + i->D))[lane] = state;
                    if (i->Target != ArriveAfterCopies) *barrier = Arrived(state, i->B < 0 ? 1 : ((uint*)(w.Regs + i->B))[lane], i->Target == ArriveDrop);
                    break;
            }
        }

        if (i->Target is TestState or TestParity) CompareOps.WritePredicate(w, i->D, done);
    }

    private static ulong Arrived(ulong state, ulong count, bool drop)
    {
        ulong pending = (state - count) & CountMask, expected = (state >> ExpectedShift) & CountMask, phase = state >> PhaseShift;
        if (drop) expected = (expected - count) & CountMask;
        if (pending == 0)
        {
            pending = expected;
            phase++;
        }

        return pending | (expected << ExpectedShift) | (phase << PhaseShift);
    }

    public static void PendingCount(Warp w, Insn* i)
    {
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ((uint*)(w.Regs + i->D))[lane] = (uint)(((ulong*)(w.Regs + i->A))[lane] & CountMask);
        }
    }
}
