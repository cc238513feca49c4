using System.Numerics;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>Additions and products with carry, for integers of many words. The carry of each lane is a bit of the warp.</summary>
internal static unsafe class CarryOps
{
    public const int CarryIn = 1;
    public const int CarryOut = 2;
    public const int Subtract = 4;

    /// <summary>a ± b; with Mode bit 8 the product's lower, with 16 its upper half, plus c.</summary>
    public const int ProductLow = 8;
    public const int ProductHigh = 16;
    public const int SignedProduct = 32;

    public static void Run<T>(Warp w, Insn* i)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A, b = w.Regs + i->B, c = w.Regs + i->C;
        int mode = i->Mode, width = sizeof(T) * 8;
        uint carries = (uint)w.CarryFlags;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            var x = UInt128.CreateTruncating(Lanes.Get<T>(a, lane));
            var y = UInt128.CreateTruncating(Lanes.Get<T>(b, lane));
            if ((mode & (ProductLow | ProductHigh)) != 0)
            {
                var product = x * y;
                if ((mode & SignedProduct) != 0)
                {
                    if ((x >> (width - 1)) != 0) product -= y << width;
                    if ((y >> (width - 1)) != 0) product -= x << width;
                }

                x = UInt128.CreateTruncating(T.CreateTruncating((mode & ProductHigh) != 0 ? product >> width : product));
                y = UInt128.CreateTruncating(Lanes.Get<T>(c, lane));
            }

            uint carry = (mode & CarryIn) != 0 ? (carries >> lane) & 1 : 0;
            var sum = (mode & Subtract) != 0 ? x - y - carry : x + y + carry;
            Lanes.Set(d, lane, T.CreateTruncating(sum));
            if ((mode & CarryOut) == 0) continue;
            uint bit = (uint)(sum >> width) & 1;
            carries = (carries & ~(1u << lane)) | (bit << lane);
        }

        w.CarryFlags = (int)carries;
    }

    /// <summary>mul.wide and mad.wide.</summary>
    public static void Wide<TFrom, TTo>(Warp w, Insn* i)
        where TFrom : unmanaged, IBinaryInteger<TFrom>
        where TTo : unmanaged, IBinaryInteger<TTo>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A, b = w.Regs + i->B, c = i->C >= 0 ? w.Regs + i->C : null;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            TTo product = unchecked(TTo.CreateTruncating(Lanes.Get<TFrom>(a, lane)) * TTo.CreateTruncating(Lanes.Get<TFrom>(b, lane)));
            Lanes.Set(d, lane, c is null ? product : unchecked(product + Lanes.Get<TTo>(c, lane)));
        }
    }
}
