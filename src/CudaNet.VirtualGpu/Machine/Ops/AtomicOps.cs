using System.Numerics;
using CudaNet.VirtualGpu.Memory;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Ops;

internal interface IAtomic<T>
{
    static abstract T Run(T old, T b, T c, int flags);
}

/// <summary>Atomic operations: each is a function of the old value, applied by compare and exchange.</summary>
internal static unsafe class AtomicOps
{
    public const int Brain = 4;

    /// <summary>D is −1 for red. C is the second operand of cas.</summary>
    public static void Run<T, TOp>(Warp w, Insn* i)
        where T : unmanaged, IEquatable<T>
        where TOp : struct, IAtomic<T>
    {
        uint good = Access.Resolve(w, i, (Space)i->Mode, sizeof(T), AccessKind.Atomic);
        byte* b = w.Regs + i->B, c = w.Regs + (i->C >= 0 ? i->C : i->B);
        if ((w.Block.Launch.Checks.Alignment ? 0u : good) != 0) good = OnlyAligned(w, good, sizeof(T));
        T* results = stackalloc T[32];
        for (uint m = good; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            T x = Lanes.Get<T>(b, lane), y = Lanes.Get<T>(c, lane);
            var target = (T*)w.Pointers[lane];
            while (true)
            {
                T old = *target;
                T value = TOp.Run(old, x, y, i->Aux);
                if (!Exchange(target, value, old)) continue;
                results[lane] = old;
                break;
            }
        }

        if (i->D < 0) return;
        byte* d = w.Regs + i->D;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            Lanes.Set(d, lane, (good & (1u << lane)) != 0 ? results[lane] : default);
        }
    }

    private static uint OnlyAligned(Warp w, uint good, int bytes)
    {
        for (uint m = good; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            if (((ulong)w.Pointers[lane] & (ulong)(bytes - 1)) != 0) good &= ~(1u << lane);
        }

        return good;
    }

    private static bool Exchange<T>(T* target, T value, T old)
        where T : unmanaged => sizeof(T) switch
        {
            8 => Interlocked.CompareExchange(ref *(ulong*)target, *(ulong*)&value, *(ulong*)&old) == *(ulong*)&old,
            4 => Interlocked.CompareExchange(ref *(uint*)target, *(uint*)&value, *(uint*)&old) == *(uint*)&old,
            _ => Interlocked.CompareExchange(ref *(ushort*)target, *(ushort*)&value, *(ushort*)&old) == *(ushort*)&old,
        };

    public readonly struct Add<T> : IAtomic<T>
        where T : unmanaged, INumber<T>
    {
        public static T Run(T old, T b, T c, int flags) => unchecked(old + b);
    }

    public readonly struct AddSingle : IAtomic<uint>
    {
        public static uint Run(uint old, uint b, uint c, int flags) =>
            BitConverter.SingleToUInt32Bits(Single32.Add(BitConverter.UInt32BitsToSingle(old), BitConverter.UInt32BitsToSingle(b), 0));
    }

    public readonly struct AddDouble : IAtomic<ulong>
    {
        public static ulong Run(ulong old, ulong b, ulong c, int flags) =>
            BitConverter.DoubleToUInt64Bits(BitConverter.UInt64BitsToDouble(old) + BitConverter.UInt64BitsToDouble(b));
    }

    public readonly struct AddHalf : IAtomic<ushort>
    {
        public static ushort Run(ushort old, ushort b, ushort c, int flags) => Half16.Add.Run(old, b, (flags & Brain) != 0 ? Mode.Brain : 0);
    }

    public readonly struct AddHalf2 : IAtomic<uint>
    {
        public static uint Run(uint old, uint b, uint c, int flags)
        {
            int mode = (flags & Brain) != 0 ? Mode.Brain : 0;
            return Half16.Add.Run((ushort)old, (ushort)b, mode) | ((uint)Half16.Add.Run((ushort)(old >> 16), (ushort)(b >> 16), mode) << 16);
        }
    }

    public readonly struct Min<T> : IAtomic<T>
        where T : unmanaged, INumber<T>
    {
        public static T Run(T old, T b, T c, int flags) => b < old ? b : old;
    }

    public readonly struct Max<T> : IAtomic<T>
        where T : unmanaged, INumber<T>
    {
        public static T Run(T old, T b, T c, int flags) => b > old ? b : old;
    }

    public readonly struct And<T> : IAtomic<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T old, T b, T c, int flags) => old & b;
    }

    public readonly struct Or<T> : IAtomic<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T old, T b, T c, int flags) => old | b;
    }

    public readonly struct Xor<T> : IAtomic<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T old, T b, T c, int flags) => old ^ b;
    }

    public readonly struct Exch<T> : IAtomic<T>
    {
        public static T Run(T old, T b, T c, int flags) => b;
    }

    public readonly struct Cas<T> : IAtomic<T>
        where T : unmanaged, IEquatable<T>
    {
        public static T Run(T old, T b, T c, int flags) => old.Equals(b) ? c : old;
    }

    public readonly struct Inc : IAtomic<uint>
    {
        public static uint Run(uint old, uint b, uint c, int flags) => old >= b ? 0 : old + 1;
    }

    public readonly struct Dec : IAtomic<uint>
    {
        public static uint Run(uint old, uint b, uint c, int flags) => old == 0 || old > b ? b : old - 1;
    }
}
