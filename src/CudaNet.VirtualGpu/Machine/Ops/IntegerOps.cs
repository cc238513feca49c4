using System.Numerics;
using System.Runtime.Intrinsics;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>Integer operations, for all widths at once.</summary>
internal static class IntegerOps
{
    public readonly struct VAdd<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => a + b;
    }

    public readonly struct VSub<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => a - b;
    }

    public readonly struct VMul<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => a * b;
    }

    public readonly struct VMad<T> : IVectorTernary<T>
        where T : unmanaged
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b, Vector512<T> c) => (a * b) + c;
    }

    public readonly struct VAnd<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => a & b;
    }

    public readonly struct VOr<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => a | b;
    }

    public readonly struct VXor<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => a ^ b;
    }

    public readonly struct VCopy<T> : IVectorUnary<T>
        where T : unmanaged
    {
        public static Vector512<T> Run(Vector512<T> a) => a;
    }

    public readonly struct VMin<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => Vector512.Min(a, b);
    }

    public readonly struct VMax<T> : IVectorBinary<T>
        where T : unmanaged
    {
        public static Vector512<T> Run(Vector512<T> a, Vector512<T> b) => Vector512.Max(a, b);
    }

    public readonly struct Add<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b) => unchecked(a + b);
    }

    public readonly struct Sub<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b) => unchecked(a - b);
    }

    public readonly struct Mul<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b) => unchecked(a * b);
    }

    public readonly struct Mad<T> : ITernary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b, T c) => unchecked((a * b) + c);
    }

    /// <summary>A division by zero gives all ones, as the cards do.</summary>
    public readonly struct Div<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        public static T Run(T a, T b) => T.IsZero(b) ? ~T.Zero : b == unchecked(T.Zero - T.One) && T.MinValue < T.Zero ? unchecked(T.Zero - a) : a / b;
    }

    public readonly struct Rem<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        public static T Run(T a, T b) => T.IsZero(b) ? a : b == unchecked(T.Zero - T.One) && T.MinValue < T.Zero ? T.Zero : a % b;
    }

    public readonly struct Neg<T> : IUnary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a) => unchecked(T.Zero - a);
    }

    public readonly struct Abs<T> : IUnary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a) => a < T.Zero ? unchecked(T.Zero - a) : a;
    }

    public readonly struct Min<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b) => a < b ? a : b;
    }

    public readonly struct Max<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b) => a > b ? a : b;
    }

    public readonly struct And<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b) => a & b;
    }

    public readonly struct Or<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b) => a | b;
    }

    public readonly struct Xor<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b) => a ^ b;
    }

    public readonly struct Copy<T> : IUnary<T>
        where T : unmanaged
    {
        public static T Run(T a) => a;
    }

    public readonly struct Not<T> : IUnary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a) => ~a;
    }

    public readonly struct CNot<T> : IUnary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a) => T.IsZero(a) ? T.One : T.Zero;
    }

    /// <summary>Upper half of the product.</summary>
    public readonly struct MulHi<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b)
        {
            int bits = System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * 8;
            return T.CreateTruncating((Int128.CreateTruncating(a) * Int128.CreateTruncating(b)) >> bits);
        }
    }

    public readonly struct MulHiUnsigned64 : IBinary<ulong>
    {
        public static ulong Run(ulong a, ulong b) => Math.BigMul(a, b, out _);
    }

    public readonly struct MadHi<T> : ITernary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b, T c) => unchecked(MulHi<T>.Run(a, b) + c);
    }

    public readonly struct MadHiUnsigned64 : ITernary<ulong>
    {
        public static ulong Run(ulong a, ulong b, ulong c) => unchecked(MulHiUnsigned64.Run(a, b) + c);
    }

    /// <summary>mad.hi.sat.s32.</summary>
    public readonly struct MadHiSaturate : ITernary<int>
    {
        public static int Run(int a, int b, int c) => (int)Math.Clamp((((long)a * b) >> 32) + c, int.MinValue, int.MaxValue);
    }

    public readonly struct AddSaturate : IBinary<int>
    {
        public static int Run(int a, int b) => (int)Math.Clamp((long)a + b, int.MinValue, int.MaxValue);
    }

    public readonly struct SubSaturate : IBinary<int>
    {
        public static int Run(int a, int b) => (int)Math.Clamp((long)a - b, int.MinValue, int.MaxValue);
    }

    public readonly struct Sad<T> : ITernary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b, T c) => unchecked(c + (a < b ? b - a : a - b));
    }

    public readonly struct Mul24Lo<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b) => T.CreateTruncating(Int24(a) * Int24(b));

        public static long Int24(T a)
        {
            uint bits = uint.CreateTruncating(a) & 0xFFFFFF;
            return T.CreateTruncating(uint.MaxValue) < T.Zero ? (int)(bits << 8) >> 8 : bits;
        }
    }

    public readonly struct Mul24Hi<T> : IBinary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b) => T.CreateTruncating((Mul24Lo<T>.Int24(a) * Mul24Lo<T>.Int24(b)) >> 16);
    }

    public readonly struct Mad24Lo<T> : ITernary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b, T c) => unchecked(Mul24Lo<T>.Run(a, b) + c);
    }

    public readonly struct Mad24Hi<T> : ITernary<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Run(T a, T b, T c) => unchecked(Mul24Hi<T>.Run(a, b) + c);
    }

    public readonly struct Mad24HiSaturate : ITernary<int>
    {
        public static int Run(int a, int b, int c) =>
            (int)Math.Clamp(((Mul24Lo<int>.Int24(a) * Mul24Lo<int>.Int24(b)) >> 16) + c, int.MinValue, int.MaxValue);
    }
}
