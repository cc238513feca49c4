using System.Numerics;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>Conversions. The common ones have loops of their own, all others go through one general function.</summary>
internal static unsafe class ConvertOps
{
    /// <summary>In Aux, beside the two types: the register is wider than the type.</summary>
    public const int WideSource = 1 << 16;
    public const int WideTarget = 1 << 17;

    public readonly struct Integer<TFrom, TTo> : IConvert<TFrom, TTo>
        where TFrom : unmanaged, IBinaryInteger<TFrom>
        where TTo : unmanaged, IBinaryInteger<TTo>
    {
        public static TTo Run(TFrom a) => TTo.CreateTruncating(a);
    }

    public readonly struct Float<TFrom> : IConvert<TFrom, float>, IConvert<TFrom, double>
        where TFrom : unmanaged, IBinaryInteger<TFrom>
    {
        static float IConvert<TFrom, float>.Run(TFrom a) => float.CreateTruncating(a);

        static double IConvert<TFrom, double>.Run(TFrom a) => double.CreateTruncating(a);
    }

    public readonly struct HalfToSingle : IConvert<ushort, float>
    {
        public static float Run(ushort a) => SmallFloat.FromHalf(a);
    }

    public readonly struct SingleToDouble : IConvert<float, double>
    {
        public static double Run(float a) => a;
    }

    public static void General(Warp w, Insn* i)
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A;
        var from = (PtxType)(i->Aux & 0xFF);
        var to = (PtxType)(i->Aux >> 8 & 0xFF);
        bool wideSource = (i->Aux & WideSource) != 0, wideTarget = (i->Aux & WideTarget) != 0;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong bits = wideSource ? ((ulong*)a)[lane] : ((uint*)a)[lane];
            ulong result = One(bits, from, to, i->Mode);
            if (to.IsSigned() && to.Size() < 8)
            {
                int shift = 64 - (to.Size() * 8);
                result = (ulong)((long)(result << shift) >> shift);
            }

            if (wideTarget) ((ulong*)d)[lane] = result;
            else ((uint*)d)[lane] = i->Count == 2 ? (ushort)result : (uint)result;
        }
    }

    private static ulong One(ulong bits, PtxType from, PtxType to, int mode)
    {
        if (from.IsFloat())
        {
            double x = ReadFloat(bits, from, mode);
            return to.IsFloat() ? WriteFloat(x, from, to, mode) : ToInteger(x, to, mode);
        }

        int width = from.Size() * 8;
        bool signed = from.IsSigned();
        long value = width == 64 ? (long)bits : signed ? (long)(bits << (64 - width)) >> (64 - width) : (long)(bits & ((1UL << width) - 1));
        bool negative = signed && value < 0;
        if (!to.IsFloat())
            return (mode & Mode.Saturate) != 0 ? Clamp(value, negative, signed, to) : (ulong)value;
        ulong magnitude = negative ? 0 - (ulong)value : (ulong)value;
        ulong result = to switch
        {
            PtxType.F64 => SmallFloat.PackInteger(magnitude, negative, 52, 11, mode),
            PtxType.F32 => SmallFloat.PackInteger(magnitude, negative, 23, 8, mode),
            PtxType.F16 => SmallFloat.PackInteger(magnitude, negative, 10, 5, mode),
            _ => SmallFloat.PackInteger(magnitude, negative, 7, 8, mode),
        };
        if ((mode & Mode.Saturate) == 0) return result;
        double clamped = negative ? 0 : magnitude > 0 ? 1 : 0;
        return WriteFloat(clamped, to, to, mode);
    }

    private static ulong Clamp(long value, bool negative, bool signed, PtxType to)
    {
        Int128 exact = signed ? value : (Int128)(ulong)value;
        int width = to.Size() * 8;
        Int128 min = to.IsSigned() ? -(Int128.One << (width - 1)) : 0;
        Int128 max = (Int128.One << (to.IsSigned() ? width - 1 : width)) - 1;
        return negative && !to.IsSigned() ? 0 : (ulong)(long)Int128.Clamp(exact, min, max);
    }

    private static double ReadFloat(ulong bits, PtxType from, int mode) => from switch
    {
        PtxType.F64 => BitConverter.UInt64BitsToDouble(bits),
        PtxType.F32 => Single32.In(BitConverter.UInt32BitsToSingle((uint)bits), mode),
        PtxType.F16 => SmallFloat.FromHalf((ushort)bits),
        _ => SmallFloat.FromBrain((ushort)bits),
    };

    private static double RoundToInteger(double x, int mode) => (mode & Mode.Rounding) switch
    {
        Mode.Zero => Math.Truncate(x),
        Mode.Down => Math.Floor(x),
        Mode.Up => Math.Ceiling(x),
        _ => Math.Round(x, MidpointRounding.ToEven),
    };

    private static ulong ToInteger(double x, PtxType to, int mode)
    {
        if (double.IsNaN(x)) return 0;
        x = RoundToInteger(x, mode);
        int width = to.Size() * 8;
        if (to.IsSigned())
        {
            double limit = Math.ScaleB(1, width - 1);
            return x >= limit ? (ulong)(long.MaxValue >> (64 - width)) : x < -limit ? (ulong)(long.MinValue >> (64 - width)) : (ulong)(long)x;
        }

        return x >= Math.ScaleB(1, width) ? ulong.MaxValue >> (64 - width) : x <= 0 ? 0 : (ulong)x;
    }

    private static ulong WriteFloat(double x, PtxType from, PtxType to, int mode)
    {
        if ((mode & Mode.ToInteger) != 0)
        {
            x = RoundToInteger(x, mode);
            mode &= ~Mode.Rounding;
        }

        if ((mode & Mode.Saturate) != 0) x = x >= 1 ? 1 : x > 0 ? x : 0;
        if ((mode & Mode.Relu) != 0 && !double.IsNaN(x) && !(x > 0)) x = 0;
        switch (to)
        {
            case PtxType.F64:
                return BitConverter.DoubleToUInt64Bits(x);
            case PtxType.F32:
                float single = from == PtxType.F64 ? SmallFloat.ToSingle(x, mode) : (float)x;
                return BitConverter.SingleToUInt32Bits(Single32.Out(single, mode & Mode.Ftz));
            case PtxType.F16:
                return SmallFloat.ToHalf(x, mode);
            case PtxType.TF32:
                return double.IsNaN(x) ? SmallFloat.CanonicalNaN32 : BitConverter.SingleToUInt32Bits(SmallFloat.ToTf32((float)x, mode));
            default:
                return SmallFloat.ToBrain(x, mode);
        }
    }

    /// <summary>Two f32 into one register of f16 or bf16: the first source goes to the upper half.</summary>
    public static void PackSingles(Warp w, Insn* i)
    {
        uint* d = (uint*)(w.Regs + i->D), a = (uint*)(w.Regs + i->A), b = (uint*)(w.Regs + i->B);
        var to = (i->Mode & Mode.Brain) != 0 ? PtxType.BF16 : PtxType.F16;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            d[lane] = (uint)((One(a[lane], PtxType.F32, to, i->Mode) << 16) | One(b[lane], PtxType.F32, to, i->Mode));
        }
    }

    /// <summary>cvt.pack: two s32 saturated to 16 or 8 bits; with bytes, the low half of c is shifted up behind them.</summary>
    public static void PackIntegers(Warp w, Insn* i)
    {
        uint* d = (uint*)(w.Regs + i->D), c = (uint*)(w.Regs + i->C);
        int* a = (int*)(w.Regs + i->A), b = (int*)(w.Regs + i->B);
        var to = (PtxType)i->Aux;
        int width = i->Count;
        uint field = (1u << width) - 1;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            uint low = (uint)Clamp(b[lane], b[lane] < 0, true, to) & field, high = (uint)Clamp(a[lane], a[lane] < 0, true, to) & field;
            d[lane] = low | (high << width) | (width == 16 ? 0 : c[lane] << (2 * width));
        }
    }
}
