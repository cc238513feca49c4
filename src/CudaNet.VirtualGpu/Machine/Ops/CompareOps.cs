using System.Numerics;
using System.Runtime.Intrinsics;

namespace CudaNet.VirtualGpu.Machine.Ops;

internal interface ICompare<T>
{
    static abstract Vector512<T> Run(Vector512<T> a, Vector512<T> b);
}

/// <summary>Comparisons and selections. A comparison makes a 32-bit mask in one go.</summary>
internal static unsafe class CompareOps
{
    /// <summary>16-bit signed values are compared in the upper half of their lanes.</summary>
    public const int Shift16 = 1;
    public const int Ftz = 2;
    public const int NegateC = 4;
    public const int And = 8;
    public const int Or = 16;
    public const int Xor = 24;
    public const int CombineMask = 24;
    public const int FloatResult = 32;
    public const int BrainInput = 64;

    public readonly struct Eq<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => Vector512.Equals(a, b);
    }

    /// <summary>Not equal, and no NaN.</summary>
    public readonly struct Ne<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => Vector512.LessThan(a, b) | Vector512.GreaterThan(a, b);
    }

    public readonly struct Lt<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => Vector512.LessThan(a, b);
    }

    public readonly struct Le<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => Vector512.LessThanOrEqual(a, b);
    }

    public readonly struct Gt<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => Vector512.GreaterThan(a, b);
    }

    public readonly struct Ge<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => Vector512.GreaterThanOrEqual(a, b);
    }

    public readonly struct Equ<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => ~Ne<T>.Run(a, b);
    }

    public readonly struct Neu<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => ~Vector512.Equals(a, b);
    }

    public readonly struct Ltu<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => ~Vector512.GreaterThanOrEqual(a, b);
    }

    public readonly struct Leu<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => ~Vector512.GreaterThan(a, b);
    }

    public readonly struct Gtu<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => ~Vector512.LessThanOrEqual(a, b);
    }

    public readonly struct Geu<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => ~Vector512.LessThan(a, b);
    }

    public readonly struct Num<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => Vector512.Equals(a, a) & Vector512.Equals(b, b);
    }

    public readonly struct Nan<T> : ICompare<T>
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => ~Num<T>.Run(a, b);
    }

    private static uint Compare<T, TOp>(byte* a, byte* b, int flags)
        where T : unmanaged
        where TOp : struct, ICompare<T>
    {
        uint mask = 0;
        for (int lane = 0; lane < 32; lane += Vector512<T>.Count)
        {
            var x = Vector512.Load((T*)a + lane);
            var y = Vector512.Load((T*)b + lane);
            if ((flags & (Shift16 | Ftz)) != 0)
            {
                x = Prepare(x, flags);
                y = Prepare(y, flags);
            }

            mask |= (uint)TOp.Run(x, y).ExtractMostSignificantBits() << lane;
        }

        return mask;
    }

    private static Vector512<T> Prepare<T>(Vector512<T> x, int flags)
        where T : unmanaged
    {
        if ((flags & Shift16) != 0) return (x.AsUInt32() << 16).As<uint, T>();
        var bits = x.AsUInt32();
        var small = Vector512.Equals(bits & Vector512.Create(0x7F800000u), Vector512<uint>.Zero);
        return Vector512.ConditionalSelect(small, bits & Vector512.Create(0x80000000u), bits).As<uint, T>();
    }

    private static uint Combine(Warp w, Insn* i, uint mask)
    {
        if ((i->Mode & CombineMask) == 0) return mask;
        uint c = *(uint*)(w.Regs + i->C);
        if ((i->Mode & NegateC) != 0) c = ~c;
        return (i->Mode & CombineMask) switch { And => mask & c, Or => mask | c, _ => mask ^ c };
    }

    private static void WritePredicates(Warp w, Insn* i, uint mask)
    {
        // The combining predicate applies to the comparison and to its complement.
        uint p = Combine(w, i, mask), q = i->E >= 0 ? Combine(w, i, ~mask) : 0;
        WritePredicate(w, i->D, p);
        WritePredicate(w, i->E, q);
    }

    public static void WritePredicate(Warp w, int offset, uint value)
    {
        if (offset < 0) return;
        uint* p = (uint*)(w.Regs + offset);
        *p = (*p & ~w.Exec) | (value & w.Exec);
    }

    public static void SetP<T, TOp>(Warp w, Insn* i)
        where T : unmanaged
        where TOp : struct, ICompare<T> => WritePredicates(w, i, Compare<T, TOp>(w.Regs + i->A, w.Regs + i->B, i->Mode));

    /// <summary>set: all ones or 1.0 in a register.</summary>
    public static void Set<T, TOp>(Warp w, Insn* i)
        where T : unmanaged
        where TOp : struct, ICompare<T> => WriteSet(w, i, Combine(w, i, Compare<T, TOp>(w.Regs + i->A, w.Regs + i->B, i->Mode)));

    private static void WriteSet(Warp w, Insn* i, uint mask)
    {
        uint* d = (uint*)(w.Regs + i->D);
        uint yes = (i->Mode & FloatResult) != 0 ? 0x3F800000u : uint.MaxValue;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            d[lane] = (mask & (1u << lane)) != 0 ? yes : 0;
        }
    }

    private static uint CompareHalf<TOp>(Warp w, Insn* i, int shift)
        where TOp : struct, ICompare<float>
    {
        float* a = stackalloc float[32], b = stackalloc float[32];
        uint* x = (uint*)(w.Regs + i->A), y = (uint*)(w.Regs + i->B);
        int mode = ((i->Mode & BrainInput) != 0 ? Mode.Brain : 0) | ((i->Mode & Ftz) != 0 ? Mode.Ftz : 0);
        for (int lane = 0; lane < 32; lane++)
        {
            a[lane] = Half16.In((ushort)(x[lane] >> shift), mode);
            b[lane] = Half16.In((ushort)(y[lane] >> shift), mode);
        }

        return Compare<float, TOp>((byte*)a, (byte*)b, 0);
    }

    public static void SetPHalf<TOp>(Warp w, Insn* i)
        where TOp : struct, ICompare<float> => WritePredicates(w, i, CompareHalf<TOp>(w, i, 0));

    /// <summary>The two halves into two predicates.</summary>
    public static void SetPHalf2<TOp>(Warp w, Insn* i)
        where TOp : struct, ICompare<float>
    {
        uint low = Combine(w, i, CompareHalf<TOp>(w, i, 0)), high = Combine(w, i, CompareHalf<TOp>(w, i, 16));
        WritePredicate(w, i->D, low);
        WritePredicate(w, i->E, high);
    }

    public static void Select32(Warp w, Insn* i)
    {
        uint* d = (uint*)(w.Regs + i->D), a = (uint*)(w.Regs + i->A), b = (uint*)(w.Regs + i->B);
        uint p = *(uint*)(w.Regs + i->C) ^ (uint)i->Mode, mask = w.Exec;
        for (int lane = 0; lane < 32; lane += 16)
            Lanes.Store(d, mask, lane, Vector512.ConditionalSelect(Lanes.Select<uint>(p, lane), Vector512.Load(a + lane), Vector512.Load(b + lane)));
    }

    public static void Select64(Warp w, Insn* i)
    {
        ulong* d = (ulong*)(w.Regs + i->D), a = (ulong*)(w.Regs + i->A), b = (ulong*)(w.Regs + i->B);
        uint p = *(uint*)(w.Regs + i->C) ^ (uint)i->Mode, mask = w.Exec;
        for (int lane = 0; lane < 32; lane += 8)
            Lanes.Store(d, mask, lane, Vector512.ConditionalSelect(Lanes.Select<ulong>(p, lane), Vector512.Load(a + lane), Vector512.Load(b + lane)));
    }

    /// <summary>slct: a where c ≥ 0, otherwise b. Mode 1 reads c as a float, 2 flushes it.</summary>
    public static void SelectBySign<T>(Warp w, Insn* i)
        where T : unmanaged
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A, b = w.Regs + i->B;
        int* c = (int*)(w.Regs + i->C);
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            bool first = c[lane] >= 0;
            if ((i->Mode & 1) != 0)
            {
                float value = BitConverter.Int32BitsToSingle(c[lane]);
                first = ((i->Mode & 2) != 0 ? Single32.Flush(value) : value) >= 0;
            }

            Lanes.Set(d, lane, first ? Lanes.Get<T>(a, lane) : Lanes.Get<T>(b, lane));
        }
    }

    public static void TestSingle(Warp w, Insn* i)
    {
        float* a = (float*)(w.Regs + i->A);
        uint mask = 0;
        for (int lane = 0; lane < 32; lane++)
            if (Test(a[lane], float.IsSubnormal(a[lane]), float.IsNormal(a[lane]), i->Mode)) mask |= 1u << lane;
        WritePredicate(w, i->D, mask);
    }

    public static void TestDouble(Warp w, Insn* i)
    {
        double* a = (double*)(w.Regs + i->A);
        uint mask = 0;
        for (int lane = 0; lane < 32; lane++)
            if (Test(a[lane], double.IsSubnormal(a[lane]), double.IsNormal(a[lane]), i->Mode)) mask |= 1u << lane;
        WritePredicate(w, i->D, mask);
    }

    // Positive and negative zero count as normal numbers for testp.
    private static bool Test(double x, bool subnormal, bool normal, int what) => what switch
    {
        0 => double.IsFinite(x),
        1 => double.IsInfinity(x),
        2 => !double.IsNaN(x),
        3 => double.IsNaN(x),
        4 => normal || x == 0,
        _ => subnormal,
    };

    /// <summary>Logic on predicates: Mode 0 and, 1 or, 2 xor, 3 not, 4 copy. Aux 1 and 2 negate the operands.</summary>
    public static void Predicates(Warp w, Insn* i)
    {
        uint a = *(uint*)(w.Regs + i->A), b = *(uint*)(w.Regs + i->B);
        if ((i->Aux & 1) != 0) a = ~a;
        if ((i->Aux & 2) != 0) b = ~b;
        WritePredicate(w, i->D, i->Mode switch { 0 => a & b, 1 => a | b, 2 => a ^ b, 3 => ~a, _ => a });
    }
}
