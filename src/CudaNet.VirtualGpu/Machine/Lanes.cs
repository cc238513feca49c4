using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.VirtualGpu.Machine;

internal interface IUnary<T>
{
    static abstract T Run(T a);
}

internal interface IBinary<T>
{
    static abstract T Run(T a, T b);
}

internal interface ITernary<T>
{
    static abstract T Run(T a, T b, T c);
}

internal interface IModalUnary<T>
{
    static abstract T Run(T a, int mode);
}

internal interface IModalBinary<T>
{
    static abstract T Run(T a, T b, int mode);
}

internal interface IModalTernary<T>
{
    static abstract T Run(T a, T b, T c, int mode);
}

internal interface IConvert<TFrom, TTo>
{
    static abstract TTo Run(TFrom a);
}

internal interface IVectorUnary<T>
{
    static abstract Vector512<T> Run(Vector512<T> a);
}

internal interface IVectorBinary<T>
{
    static abstract Vector512<T> Run(Vector512<T> a, Vector512<T> b);
}

internal interface IVectorTernary<T>
{
    static abstract Vector512<T> Run(Vector512<T> a, Vector512<T> b, Vector512<T> c);
}

/// <summary>The loops over 32 lanes. Each handler is one of these with a type and an operation.</summary>
internal static unsafe class Lanes
{
    /// <summary>A lane of a register. Registers below 64 bits have 32-bit lanes whose upper bits are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Get<T>(byte* register, int lane)
        where T : unmanaged => sizeof(T) == 8 ? ((T*)register)[lane] : *(T*)(register + (lane * 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set<T>(byte* register, int lane, T value)
        where T : unmanaged
    {
        if (sizeof(T) >= 4) ((T*)register)[lane] = value;
        else if (sizeof(T) == 2) ((uint*)register)[lane] = Unsafe.BitCast<T, ushort>(value);
        else ((uint*)register)[lane] = Unsafe.BitCast<T, byte>(value);
    }

    public static void Unary<T, TOp>(Warp w, Insn* i)
        where T : unmanaged
        where TOp : struct, IUnary<T>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A;
        if (w.Exec == Warp.Full)
        {
            for (int lane = 0; lane < 32; lane++) Set(d, lane, TOp.Run(Get<T>(a, lane)));
            return;
        }

        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            Set(d, lane, TOp.Run(Get<T>(a, lane)));
        }
    }

    public static void Convert<TFrom, TTo, TOp>(Warp w, Insn* i)
        where TFrom : unmanaged
        where TTo : unmanaged
        where TOp : struct, IConvert<TFrom, TTo>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            Set(d, lane, TOp.Run(Get<TFrom>(a, lane)));
        }
    }

    public static void Binary<T, TOp>(Warp w, Insn* i)
        where T : unmanaged
        where TOp : struct, IBinary<T>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A, b = w.Regs + i->B;
        if (w.Exec == Warp.Full)
        {
            for (int lane = 0; lane < 32; lane++) Set(d, lane, TOp.Run(Get<T>(a, lane), Get<T>(b, lane)));
            return;
        }

        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            Set(d, lane, TOp.Run(Get<T>(a, lane), Get<T>(b, lane)));
        }
    }

    public static void Ternary<T, TOp>(Warp w, Insn* i)
        where T : unmanaged
        where TOp : struct, ITernary<T>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A, b = w.Regs + i->B, c = w.Regs + i->C;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            Set(d, lane, TOp.Run(Get<T>(a, lane), Get<T>(b, lane), Get<T>(c, lane)));
        }
    }

    public static void ModalUnary<T, TOp>(Warp w, Insn* i)
        where T : unmanaged
        where TOp : struct, IModalUnary<T>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A;
        int mode = i->Mode;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            Set(d, lane, TOp.Run(Get<T>(a, lane), mode));
        }
    }

    public static void ModalBinary<T, TOp>(Warp w, Insn* i)
        where T : unmanaged
        where TOp : struct, IModalBinary<T>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A, b = w.Regs + i->B;
        int mode = i->Mode;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            Set(d, lane, TOp.Run(Get<T>(a, lane), Get<T>(b, lane), mode));
        }
    }

    public static void ModalTernary<T, TOp>(Warp w, Insn* i)
        where T : unmanaged
        where TOp : struct, IModalTernary<T>
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A, b = w.Regs + i->B, c = w.Regs + i->C;
        int mode = i->Mode;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            Set(d, lane, TOp.Run(Get<T>(a, lane), Get<T>(b, lane), Get<T>(c, lane), mode));
        }
    }

    /// <summary>The two halves of a 32-bit register, each on its own.</summary>
    public static void Packed1<TOp>(Warp w, Insn* i)
        where TOp : struct, IModalUnary<ushort>
    {
        uint* d = (uint*)(w.Regs + i->D), a = (uint*)(w.Regs + i->A);
        int mode = i->Mode;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            d[lane] = TOp.Run((ushort)a[lane], mode) | ((uint)TOp.Run((ushort)(a[lane] >> 16), mode) << 16);
        }
    }

    public static void Packed2<TOp>(Warp w, Insn* i)
        where TOp : struct, IModalBinary<ushort>
    {
        uint* d = (uint*)(w.Regs + i->D), a = (uint*)(w.Regs + i->A), b = (uint*)(w.Regs + i->B);
        int mode = i->Mode;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            uint x = a[lane], y = b[lane];
            d[lane] = TOp.Run((ushort)x, (ushort)y, mode) | ((uint)TOp.Run((ushort)(x >> 16), (ushort)(y >> 16), mode) << 16);
        }
    }

    public static void Packed3<TOp>(Warp w, Insn* i)
        where TOp : struct, IModalTernary<ushort>
    {
        uint* d = (uint*)(w.Regs + i->D), a = (uint*)(w.Regs + i->A), b = (uint*)(w.Regs + i->B), c = (uint*)(w.Regs + i->C);
        int mode = i->Mode;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            uint x = a[lane], y = b[lane], z = c[lane];
            d[lane] = TOp.Run((ushort)x, (ushort)y, (ushort)z, mode)
                | ((uint)TOp.Run((ushort)(x >> 16), (ushort)(y >> 16), (ushort)(z >> 16), mode) << 16);
        }
    }

    /// <summary>All ones in the lanes of the mask, for the vector that starts at a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Select<T>(uint mask, int lane)
        where T : unmanaged
    {
        if (sizeof(T) == 8)
        {
            var bits = Vector512.Create(1UL, 2, 4, 8, 16, 32, 64, 128);
            return Vector512.Equals(Vector512.Create((ulong)(mask >> lane)) & bits, bits).As<ulong, T>();
        }
        else
        {
            var bits = Vector512.Create(1U, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
            return Vector512.Equals(Vector512.Create(mask >> lane) & bits, bits).As<uint, T>();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(T* d, uint mask, int lane, Vector512<T> value)
        where T : unmanaged
    {
        if (mask != Warp.Full) value = Vector512.ConditionalSelect(Select<T>(mask, lane), value, Vector512.Load(d + lane));
        Vector512.Store(value, d + lane);
    }

    public static void Vector1<T, TOp>(Warp w, Insn* i)
        where T : unmanaged
        where TOp : struct, IVectorUnary<T>
    {
        T* d = (T*)(w.Regs + i->D), a = (T*)(w.Regs + i->A);
        uint mask = w.Exec;
        for (int lane = 0; lane < 32; lane += Vector512<T>.Count)
            Store(d, mask, lane, TOp.Run(Vector512.Load(a + lane)));
    }

    public static void Vector2<T, TOp>(Warp w, Insn* i)
        where T : unmanaged
        where TOp : struct, IVectorBinary<T>
    {
        T* d = (T*)(w.Regs + i->D), a = (T*)(w.Regs + i->A), b = (T*)(w.Regs + i->B);
        uint mask = w.Exec;
        for (int lane = 0; lane < 32; lane += Vector512<T>.Count)
            Store(d, mask, lane, TOp.Run(Vector512.Load(a + lane), Vector512.Load(b + lane)));
    }

    public static void Vector3<T, TOp>(Warp w, Insn* i)
        where T : unmanaged
        where TOp : struct, IVectorTernary<T>
    {
        T* d = (T*)(w.Regs + i->D), a = (T*)(w.Regs + i->A), b = (T*)(w.Regs + i->B), c = (T*)(w.Regs + i->C);
        uint mask = w.Exec;
        for (int lane = 0; lane < 32; lane += Vector512<T>.Count)
            Store(d, mask, lane, TOp.Run(Vector512.Load(a + lane), Vector512.Load(b + lane), Vector512.Load(c + lane)));
    }
}
