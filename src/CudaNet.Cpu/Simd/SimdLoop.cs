using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Cpu.Simd;

/// <summary>Loops over contiguous memory that apply an operator with the widest vectors of the machine.</summary>
/// <remarks>
/// <para>Any length is right; nothing outside [0, n) is read or written. A result may be written over an operand (same
/// address), but not shifted over it. The value at an index does not depend on its position: the last, partial vector is
/// computed by the same vector code.</para>
/// <para>The bodies are compiled with full optimisation at first call: a loop over not-inlined operators, as the JIT's first
/// tier makes it, is a hundred times slower.</para>
/// </remarks>
internal static unsafe partial class SimdLoop
{
    /// <summary>y[i] = f(x[i]).</summary>
    public static void Unary<T, TOp>(T* x, T* y, nint n)
        where T : unmanaged
        where TOp : struct, IUnaryOperator<T>
    {
        if (Vector512.IsHardwareAccelerated) UnaryCore<Simd512<T>, T, TOp>(x, y, n);
        else if (Vector256.IsHardwareAccelerated) UnaryCore<Simd256<T>, T, TOp>(x, y, n);
        else UnaryCore<Simd128<T>, T, TOp>(x, y, n);
    }

    /// <summary>f(x) of one value, the same bits as the loop gives.</summary>
    public static T Unary<T, TOp>(T x)
        where T : unmanaged
        where TOp : struct, IUnaryOperator<T>
    {
        T y;
        Unary<T, TOp>(&x, &y, 1);
        return y;
    }

    /// <summary>z[i] = f(x[i], y[i]).</summary>
    public static void Binary<T, TOp>(T* x, T* y, T* z, nint n)
        where T : unmanaged
        where TOp : struct, IBinaryOperator<T> => BinaryWidth<T, TOp, DenseSource<T>, DenseSource<T>>(x, y, z, n);

    /// <summary>z[i] = f(x[i], y).</summary>
    public static void Binary<T, TOp>(T* x, T y, T* z, nint n)
        where T : unmanaged
        where TOp : struct, IBinaryOperator<T> => BinaryWidth<T, TOp, DenseSource<T>, RepeatedSource<T>>(x, &y, z, n);

    /// <summary>z[i] = f(x, y[i]).</summary>
    public static void Binary<T, TOp>(T x, T* y, T* z, nint n)
        where T : unmanaged
        where TOp : struct, IBinaryOperator<T> => BinaryWidth<T, TOp, RepeatedSource<T>, DenseSource<T>>(&x, y, z, n);

    /// <summary>w[i] = f(x[i], y[i], z[i]).</summary>
    public static void Ternary<T, TOp>(T* x, T* y, T* z, T* w, nint n)
        where T : unmanaged
        where TOp : struct, ITernaryOperator<T> => TernaryWidth<T, TOp, DenseSource<T>, DenseSource<T>, DenseSource<T>>(x, y, z, w, n);

    /// <summary>w[i] = f(x[i], y[i], z).</summary>
    public static void Ternary<T, TOp>(T* x, T* y, T z, T* w, nint n)
        where T : unmanaged
        where TOp : struct, ITernaryOperator<T> => TernaryWidth<T, TOp, DenseSource<T>, DenseSource<T>, RepeatedSource<T>>(x, y, &z, w, n);

    /// <summary>w[i] = f(x[i], y, z[i]).</summary>
    public static void Ternary<T, TOp>(T* x, T y, T* z, T* w, nint n)
        where T : unmanaged
        where TOp : struct, ITernaryOperator<T> => TernaryWidth<T, TOp, DenseSource<T>, RepeatedSource<T>, DenseSource<T>>(x, &y, z, w, n);

    /// <summary>w[i] = f(x[i], y, z).</summary>
    public static void Ternary<T, TOp>(T* x, T y, T z, T* w, nint n)
        where T : unmanaged
        where TOp : struct, ITernaryOperator<T> => TernaryWidth<T, TOp, DenseSource<T>, RepeatedSource<T>, RepeatedSource<T>>(x, &y, &z, w, n);

    /// <summary>mask[i] = 1 if the relation of x[i] and y[i] holds, else 0.</summary>
    public static void Compare<T, TOp>(T* x, T* y, byte* mask, nint n)
        where T : unmanaged
        where TOp : struct, ICompareOperator<T> => CompareWidth<T, TOp, DenseSource<T>, DenseSource<T>>(x, y, mask, n);

    /// <summary>mask[i] = 1 if the relation of x[i] and y holds, else 0.</summary>
    public static void Compare<T, TOp>(T* x, T y, byte* mask, nint n)
        where T : unmanaged
        where TOp : struct, ICompareOperator<T> => CompareWidth<T, TOp, DenseSource<T>, RepeatedSource<T>>(x, &y, mask, n);

    /// <summary>mask[i] = 1 if the relation of x and y[i] holds, else 0.</summary>
    public static void Compare<T, TOp>(T x, T* y, byte* mask, nint n)
        where T : unmanaged
        where TOp : struct, ICompareOperator<T> => CompareWidth<T, TOp, RepeatedSource<T>, DenseSource<T>>(&x, y, mask, n);

    /// <summary>z[i] = mask[i] ≠ 0 ? x[i] : y[i]. T of 1, 2, 4 or 8 bytes; for Half and bfloat16 use ushort.</summary>
    public static void Where<T>(byte* mask, T* x, T* y, T* z, nint n)
        where T : unmanaged => WhereWidth<T, DenseSource<T>, DenseSource<T>>(mask, x, y, z, n);

    /// <summary>z[i] = mask[i] ≠ 0 ? x[i] : y.</summary>
    public static void Where<T>(byte* mask, T* x, T y, T* z, nint n)
        where T : unmanaged => WhereWidth<T, DenseSource<T>, RepeatedSource<T>>(mask, x, &y, z, n);

    /// <summary>z[i] = mask[i] ≠ 0 ? x : y[i].</summary>
    public static void Where<T>(byte* mask, T x, T* y, T* z, nint n)
        where T : unmanaged => WhereWidth<T, RepeatedSource<T>, DenseSource<T>>(mask, &x, y, z, n);

    /// <summary>z[i] = mask[i] ≠ 0 ? x : y.</summary>
    public static void Where<T>(byte* mask, T x, T y, T* z, nint n)
        where T : unmanaged => WhereWidth<T, RepeatedSource<T>, RepeatedSource<T>>(mask, &x, &y, z, n);

    /// <summary>y[i] = value.</summary>
    public static void Fill<T>(T* y, T value, nint n)
        where T : unmanaged
    {
        for (; n > int.MaxValue; n -= int.MaxValue, y += int.MaxValue) new Span<T>(y, int.MaxValue).Fill(value);
        new Span<T>(y, (int)n).Fill(value);
    }

    internal static void BinaryWidth<T, TOp, TX, TY>(T* x, T* y, T* z, nint n)
        where T : unmanaged
        where TOp : struct, IBinaryOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        if (Vector512.IsHardwareAccelerated) BinaryCore<Simd512<T>, T, TOp, TX, TY>(x, y, z, n);
        else if (Vector256.IsHardwareAccelerated) BinaryCore<Simd256<T>, T, TOp, TX, TY>(x, y, z, n);
        else BinaryCore<Simd128<T>, T, TOp, TX, TY>(x, y, z, n);
    }

    internal static void TernaryWidth<T, TOp, TX, TY, TZ>(T* x, T* y, T* z, T* w, nint n)
        where T : unmanaged
        where TOp : struct, ITernaryOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
        where TZ : struct, ISource<T>
    {
        if (Vector512.IsHardwareAccelerated) TernaryCore<Simd512<T>, T, TOp, TX, TY, TZ>(x, y, z, w, n);
        else if (Vector256.IsHardwareAccelerated) TernaryCore<Simd256<T>, T, TOp, TX, TY, TZ>(x, y, z, w, n);
        else TernaryCore<Simd128<T>, T, TOp, TX, TY, TZ>(x, y, z, w, n);
    }

    internal static void CompareWidth<T, TOp, TX, TY>(T* x, T* y, byte* mask, nint n)
        where T : unmanaged
        where TOp : struct, ICompareOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        if (Vector512.IsHardwareAccelerated) CompareCore<Simd512<T>, T, TOp, TX, TY>(x, y, mask, n);
        else if (Vector256.IsHardwareAccelerated) CompareCore<Simd256<T>, T, TOp, TX, TY>(x, y, mask, n);
        else CompareCore<Simd128<T>, T, TOp, TX, TY>(x, y, mask, n);
    }

    internal static void WhereWidth<T, TX, TY>(byte* mask, T* x, T* y, T* z, nint n)
        where T : unmanaged
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        if (Vector512.IsHardwareAccelerated) WhereCore<Simd512<T>, T, TX, TY>(mask, x, y, z, n);
        else if (Vector256.IsHardwareAccelerated) WhereCore<Simd256<T>, T, TX, TY>(mask, x, y, z, n);
        else WhereCore<Simd128<T>, T, TX, TY>(mask, x, y, z, n);
    }
}
