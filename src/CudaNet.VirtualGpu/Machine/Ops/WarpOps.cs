using System.Numerics;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>Exchanges between the lanes of a warp.</summary>
internal static unsafe class WarpOps
{
    public const int Up = 0;
    public const int Down = 1;
    public const int Butterfly = 2;
    public const int Index = 3;

    /// <summary>Every lane that the mask names must be here.</summary>
    private static void CheckMembers(Warp w, Insn* i, uint members)
    {
        if (!w.Block.Launch.Checks.Barriers) return;
        uint missing = members & w.Alive & ~w.Exec;
        uint uninvited = w.Exec & ~members;
        if (missing == 0 && uninvited == 0) return;
        w.Block.Launch.Report(
            FindingKind.DivergentBarrier, w, i, BitOperations.TrailingZeroCount(w.Exec),
            missing != 0
                ? $"The mask 0x{members:X8} names lanes 0x{missing:X8}, which do not take part."
                : $"Lanes 0x{uninvited:X8} take part, which the mask 0x{members:X8} does not name.");
    }

    private static uint Members(Warp w, int offset) => ((uint*)(w.Regs + offset))[BitOperations.TrailingZeroCount(w.Exec)];

    public static void Shuffle(Warp w, Insn* i)
    {
        uint* d = (uint*)(w.Regs + i->D), a = (uint*)(w.Regs + i->A), b = (uint*)(w.Regs + i->B), c = (uint*)(w.Regs + i->C);
        if (i->Aux != 0) CheckMembers(w, i, Members(w, i->List[0]));
        uint* result = stackalloc uint[32];
        uint valid = 0;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            int shift = (int)(b[lane] & 31), clamp = (int)(c[lane] & 31), segment = (int)(c[lane] >> 8 & 31);
            int low = lane & segment, limit = low | (clamp & ~segment);
            int source = i->Mode switch
            {
                Up => lane - shift,
                Down => lane + shift,
                Butterfly => lane ^ shift,
                _ => low | (shift & ~segment),
            };
            bool inside = i->Mode == Up ? source >= limit : source <= limit;
            if (inside) valid |= 1u << lane;
            else source = lane;
            result[lane] = a[source];
        }

        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            d[lane] = result[lane];
        }

        CompareOps.WritePredicate(w, i->E, valid);
    }

    /// <summary>vote: Mode 0 all, 1 any, 2 uniform, 3 ballot. Aux bit 0 negates the predicate, bit 1 has a member mask.</summary>
    public static void Vote(Warp w, Insn* i)
    {
        uint p = *(uint*)(w.Regs + i->A);
        if ((i->Aux & 1) != 0) p = ~p;
        uint members = w.Exec;
        if ((i->Aux & 2) != 0)
        {
            CheckMembers(w, i, Members(w, i->B));
            members &= Members(w, i->B);
        }

        p &= members;
        if (i->Mode == 3)
        {
            uint* d = (uint*)(w.Regs + i->D);
            for (uint m = w.Exec; m != 0; m &= m - 1) d[BitOperations.TrailingZeroCount(m)] = p;
            return;
        }

        bool result = i->Mode switch { 0 => p == members, 1 => p != 0, _ => p == 0 || p == members };
        CompareOps.WritePredicate(w, i->D, result ? uint.MaxValue : 0);
    }

    /// <summary>match: Mode 0 any, 1 all.</summary>
    public static void Match<T>(Warp w, Insn* i)
        where T : unmanaged, IEquatable<T>
    {
        byte* a = w.Regs + i->A;
        uint* d = (uint*)(w.Regs + i->D), result = stackalloc uint[32];
        uint members = Members(w, i->B);
        CheckMembers(w, i, members);
        members &= w.Exec;
        bool all = true;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            T own = Lanes.Get<T>(a, lane);
            uint same = 0;
            for (uint n = members; n != 0; n &= n - 1)
            {
                int other = BitOperations.TrailingZeroCount(n);
                if (Lanes.Get<T>(a, other).Equals(own)) same |= 1u << other;
            }

            result[lane] = same;
            all &= same == members;
        }

        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            d[lane] = i->Mode == 0 ? result[lane] : all ? members : 0;
        }

        if (i->Mode == 1) CompareOps.WritePredicate(w, i->E, all ? uint.MaxValue : 0);
    }

    /// <summary>redux: Mode 0 add, 1 min, 2 max, 3 and, 4 or, 5 xor; Aux 1 for signed.</summary>
    public static void Reduce(Warp w, Insn* i)
    {
        uint* d = (uint*)(w.Regs + i->D), a = (uint*)(w.Regs + i->A);
        uint members = Members(w, i->B);
        CheckMembers(w, i, members);
        uint result = a[BitOperations.TrailingZeroCount(w.Exec)];
        for (uint m = w.Exec & (w.Exec - 1); m != 0; m &= m - 1)
        {
            uint x = a[BitOperations.TrailingZeroCount(m)];
            result = i->Mode switch
            {
                0 => result + x,
                1 => i->Aux != 0 ? (uint)Math.Min((int)result, (int)x) : Math.Min(result, x),
                2 => i->Aux != 0 ? (uint)Math.Max((int)result, (int)x) : Math.Max(result, x),
                3 => result & x,
                4 => result | x,
                _ => result ^ x,
            };
        }

        for (uint m = w.Exec; m != 0; m &= m - 1) d[BitOperations.TrailingZeroCount(m)] = result;
    }

    public static void ActiveMask(Warp w, Insn* i)
    {
        uint* d = (uint*)(w.Regs + i->D);
        for (uint m = w.Exec; m != 0; m &= m - 1) d[BitOperations.TrailingZeroCount(m)] = w.Exec;
    }

    public static void Elect(Warp w, Insn* i)
    {
        uint members = Members(w, i->A);
        CheckMembers(w, i, members);
        int leader = BitOperations.TrailingZeroCount(members & w.Exec);
        if (i->D >= 0)
        {
            uint* d = (uint*)(w.Regs + i->D);
            for (uint m = w.Exec; m != 0; m &= m - 1) d[BitOperations.TrailingZeroCount(m)] = (uint)leader;
        }

        CompareOps.WritePredicate(w, i->E, 1u << (leader & 31));
    }

    public static void SyncWarp(Warp w, Insn* i)
    {
        CheckMembers(w, i, Members(w, i->A));
        w.Tick();
    }

    /// <summary>bar and barrier: A the number, B the count of threads or −1, C the predicate.</summary>
    public static void Barrier(Warp w, Insn* i)
    {
        int lane = BitOperations.TrailingZeroCount(w.Exec);
        var launch = w.Block.Launch;
        uint id = ((uint*)(w.Regs + i->A))[lane];
        uint count = i->B < 0 ? 0 : ((uint*)(w.Regs + i->B))[lane];
        if (id > 15 || count % 32 != 0 || count > 1024)
        {
            launch.Report(FindingKind.InvalidCall, w, i, lane, $"Barrier {id} for {count} threads: the number is below 16 and the count a multiple of 32.");
            launch.Abort();
            w.State = WarpState.Done;
            return;
        }

        if (launch.Checks.Barriers)
        {
            uint missing = w.Alive & ~w.Exec;
            if (missing != 0)
                launch.Report(FindingKind.DivergentBarrier, w, i, lane, $"Lanes 0x{missing:X8} of the warp do not come to the barrier with the others.");
            else if (count == 0 && w.Block.HasExited(w))
                launch.Report(FindingKind.DivergentBarrier, w, i, lane, "Threads of the block have ended and never come to the barrier.");
        }

        uint predicate = i->C < 0 ? 0 : *(uint*)(w.Regs + i->C) ^ (uint)i->Aux;
        w.Block.Arrive(w, (int)id, (int)count, i->Mode != BarrierMode.Arrive, predicate);
    }

    public static void Fence(Warp w, Insn* i) => Thread.MemoryBarrier();

    public static void Nothing(Warp w, Insn* i)
    {
    }

    /// <summary>Clocks: Mode 0 a cycle count of 32 bits, 1 its upper half, 2 of 64 bits, 3 nanoseconds, 4 and 5 their halves.</summary>
    public static void ReadClock(Warp w, Insn* i)
    {
        // One cycle a nanosecond: monotonic, which is all that a kernel may rely on.
        ulong now = (ulong)(System.Diagnostics.Stopwatch.GetTimestamp() * (1e9 / System.Diagnostics.Stopwatch.Frequency));
        ulong value = i->Mode is 1 or 5 ? now >> 32 : now;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            if (i->Mode is 2 or 3) Lanes.Set(w.Regs + i->D, lane, value);
            else Lanes.Set(w.Regs + i->D, lane, (uint)value);
        }
    }
}
