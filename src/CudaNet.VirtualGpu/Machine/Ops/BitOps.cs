using System.Numerics;
using System.Runtime.CompilerServices;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>Shifts and operations on bits and bytes. Shift counts are 32-bit registers whatever the width.</summary>
internal static unsafe class BitOps
{
    private static int Bits<T>() => Unsafe.SizeOf<T>() * 8;

    public static void ShiftLeft<T>(Warp w, Insn* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A;
        uint* b = (uint*)(w.Regs + i->B);
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            uint count = b[lane];
            Lanes.Set(d, lane, count >= Bits<T>() ? T.Zero : Lanes.Get<T>(a, lane) << (int)count);
        }
    }

    /// <summary>Signed types shift in their sign. Counts above the width shift everything out.</summary>
    public static void ShiftRight<T>(Warp w, Insn* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A;
        uint* b = (uint*)(w.Regs + i->B);
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            uint count = b[lane];
            T x = Lanes.Get<T>(a, lane);
            Lanes.Set(d, lane, count >= Bits<T>() ? (x < T.Zero ? ~T.Zero : T.Zero) : x >> (int)count);
        }
    }

    public static void BitFieldExtract<T>(Warp w, Insn* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A;
        uint* b = (uint*)(w.Regs + i->B), c = (uint*)(w.Regs + i->C);
        bool signed = ~T.Zero < T.Zero;
        int top = Bits<T>() - 1;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            int position = (int)(b[lane] & 0xFF), length = (int)(c[lane] & 0xFF);
            ulong x = ulong.CreateTruncating(Lanes.Get<T>(a, lane));
            ulong value = position > top || length == 0 ? 0 : (x << (63 - top) >> (63 - top)) >> position;
            if (length < 64) value &= (1UL << length) - 1;
            if (signed && length > 0)
            {
                // Beyond the top the field is filled with the sign of its last bit that exists.
                bool negative = ((x >> Math.Min(position + length - 1, top)) & 1) != 0;
                int have = Math.Clamp(top + 1 - position, 0, length);
                if (negative) value |= have >= 64 ? 0 : ulong.MaxValue << have;
            }

            Lanes.Set(d, lane, T.CreateTruncating(value));
        }
    }

    public static void BitFieldInsert<T>(Warp w, Insn* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A, b = w.Regs + i->B;
        uint* c = (uint*)(w.Regs + i->C), e = (uint*)(w.Regs + i->E);
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            int position = (int)(c[lane] & 0xFF), length = (int)(e[lane] & 0xFF);
            ulong field = length == 0 || position >= 64 ? 0 : (length >= 64 ? ulong.MaxValue : (1UL << length) - 1) << position;
            ulong x = ulong.CreateTruncating(Lanes.Get<T>(a, lane)), y = ulong.CreateTruncating(Lanes.Get<T>(b, lane));
            Lanes.Set(d, lane, T.CreateTruncating((y & ~field) | (position >= 64 ? 0 : (x << position) & field)));
        }
    }

    public static void FindTop<T>(Warp w, Insn* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* a = w.Regs + i->A;
        uint* d = (uint*)(w.Regs + i->D);
        bool shiftAmount = i->Mode != 0;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            T x = Lanes.Get<T>(a, lane);
            if (x < T.Zero) x = ~x;
            int zeros = int.CreateTruncating(T.LeadingZeroCount(x));
            d[lane] = zeros == Bits<T>() ? uint.MaxValue : (uint)(shiftAmount ? zeros : Bits<T>() - 1 - zeros);
        }
    }

    public readonly struct Reverse32 : IUnary<uint>
    {
        public static uint Run(uint a) => (uint)(Reverse64.Run(a) >> 32);
    }

    public readonly struct Reverse64 : IUnary<ulong>
    {
        public static ulong Run(ulong a)
        {
            a = ((a >> 1) & 0x5555555555555555) | ((a & 0x5555555555555555) << 1);
            a = ((a >> 2) & 0x3333333333333333) | ((a & 0x3333333333333333) << 2);
            a = ((a >> 4) & 0x0F0F0F0F0F0F0F0F) | ((a & 0x0F0F0F0F0F0F0F0F) << 4);
            return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(a);
        }
    }

    public readonly struct LeadingZeros<T> : IConvert<T, uint>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Run(T a) => uint.CreateTruncating(T.LeadingZeroCount(a));
    }

    public readonly struct PopCount<T> : IConvert<T, uint>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Run(T a) => uint.CreateTruncating(T.PopCount(a));
    }

    /// <summary>Nth set bit of a mask, counted from a base: up for a positive offset, down for a negative one.</summary>
    public readonly struct FindNth : ITernary<uint>
    {
        public static uint Run(uint mask, uint start, uint offset)
        {
            int n = (int)offset;
            int at = (int)(start & 31);
            if (n == 0) return (mask >> at & 1) != 0 ? (uint)at : uint.MaxValue;
            int step = n > 0 ? 1 : -1;
            for (int left = Math.Abs((long)n) > 32 ? 33 : Math.Abs(n); at is >= 0 and < 32; at += step)
                if ((mask >> at & 1) != 0 && --left == 0) return (uint)at;
            return uint.MaxValue;
        }
    }

    public static void Lop3(Warp w, Insn* i)
    {
        uint* d = (uint*)(w.Regs + i->D), a = (uint*)(w.Regs + i->A), b = (uint*)(w.Regs + i->B), c = (uint*)(w.Regs + i->C);
        int table = i->Mode;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            uint x = a[lane], y = b[lane], z = c[lane], r = 0;
            if ((table & 0x01) != 0) r |= ~x & ~y & ~z;
            if ((table & 0x02) != 0) r |= ~x & ~y & z;
            if ((table & 0x04) != 0) r |= ~x & y & ~z;
            if ((table & 0x08) != 0) r |= ~x & y & z;
            if ((table & 0x10) != 0) r |= x & ~y & ~z;
            if ((table & 0x20) != 0) r |= x & ~y & z;
            if ((table & 0x40) != 0) r |= x & y & ~z;
            if ((table & 0x80) != 0) r |= x & y & z;
            d[lane] = r;
        }
    }

    /// <summary>Funnel shift: Aux 1 right, 2 clamp.</summary>
    public static void Funnel(Warp w, Insn* i)
    {
        uint* d = (uint*)(w.Regs + i->D), a = (uint*)(w.Regs + i->A), b = (uint*)(w.Regs + i->B), c = (uint*)(w.Regs + i->C);
        bool right = (i->Mode & 1) != 0, clamp = (i->Mode & 2) != 0;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            int n = (int)(clamp ? Math.Min(c[lane], 32) : c[lane] & 31);
            ulong both = ((ulong)b[lane] << 32) | a[lane];
            d[lane] = right ? (uint)(both >> n) : (uint)(both << n >> 32);
        }
    }

    public static void Permute(Warp w, Insn* i)
    {
        uint* d = (uint*)(w.Regs + i->D), a = (uint*)(w.Regs + i->A), b = (uint*)(w.Regs + i->B), c = (uint*)(w.Regs + i->C);
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong both = ((ulong)b[lane] << 32) | a[lane];
            uint select = PermuteSelector(i->Mode, c[lane]);
            uint r = 0;
            for (int k = 0; k < 4; k++)
            {
                uint s = (select >> (4 * k)) & 0xF;
                uint value = (uint)(both >> (int)(8 * (s & 7))) & 0xFF;
                if ((s & 8) != 0) value = (value & 0x80) != 0 ? 0xFFu : 0;
                r |= value << (8 * k);
            }

            d[lane] = r;
        }
    }

    /// <summary>The selector of the generic mode that does what a special mode does.</summary>
    private static uint PermuteSelector(int mode, uint c)
    {
        uint n = c & 3;
        return mode switch
        {
            1 => n | ((n + 1) << 4) | ((n + 2) << 8) | ((n + 3) << 12),
            2 => n | (((n + 7) & 7) << 4) | (((n + 6) & 7) << 8) | (((n + 5) & 7) << 12),
            3 => n * 0x1111,
            4 => n | (Math.Max(n, 1) << 4) | (Math.Max(n, 2) << 8) | (3u << 12),
            5 => 0 | (Math.Min(n, 1) << 4) | (Math.Min(n, 2) << 8) | (n << 12),
            6 => (n & 1) == 0 ? 0x1010u : 0x3232u,
            _ => c,
        };
    }

    /// <summary>Dot product of bytes, or of halves with bytes. Aux: 1 first signed, 2 second signed, 4 dp2a, 8 upper half.</summary>
    public static void Dot(Warp w, Insn* i)
    {
        uint* d = (uint*)(w.Regs + i->D), a = (uint*)(w.Regs + i->A), b = (uint*)(w.Regs + i->B), c = (uint*)(w.Regs + i->C);
        int mode = i->Mode;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            uint x = a[lane], y = b[lane];
            int sum = (int)c[lane];
            if ((mode & 4) == 0)
            {
                for (int k = 0; k < 32; k += 8)
                    sum += ((mode & 1) != 0 ? (sbyte)(x >> k) : (byte)(x >> k)) * ((mode & 2) != 0 ? (sbyte)(y >> k) : (byte)(y >> k));
            }
            else
            {
                if ((mode & 8) != 0) y >>= 16;
                for (int k = 0; k < 2; k++)
                {
                    int p = (mode & 1) != 0 ? (short)(x >> (16 * k)) : (ushort)(x >> (16 * k));
                    int q = (mode & 2) != 0 ? (sbyte)(y >> (8 * k)) : (byte)(y >> (8 * k));
                    sum += p * q;
                }
            }

            d[lane] = (uint)sum;
        }
    }
}
