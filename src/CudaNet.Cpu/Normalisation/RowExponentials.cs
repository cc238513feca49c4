using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Normalisation;

/// <summary>What softmax and the losses do with a row: its maximum, the sum of its exponentials, and the exponentials scaled.</summary>
/// <remarks>Two passes over a row for the sum, one more for the scaled values. A last, partial vector is loaded and stored under a mask, so that a row
/// of ten classes is one vector. Sums are made of sums of 128 vectors, which keeps the error of a row of a vocabulary small.</remarks>
internal static unsafe class RowExponentials
{
    private const int BlockVectors = 128;

    /// <summary>The maximum, or 0 for a row of −∞: what is subtracted before exp. Of a row with a NaN, anything: its exponentials are NaN anyway.</summary>
    public static T Shift<T>(T* x, nint n)
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        var max = Vector512.IsHardwareAccelerated ? Max<Simd512<T>, T>(x, n) : Vector256.IsHardwareAccelerated ? Max<Simd256<T>, T>(x, n) : Max<Simd128<T>, T>(x, n);
        return T.IsNegativeInfinity(max) ? T.Zero : max;
    }

    /// <summary>Σ e^(x[i] − shift), or 1 where that is 0.</summary>
    /// <param name="x">The row.</param>
    /// <param name="y">Where the exponentials go; null for nowhere.</param>
    /// <param name="n">Length of the row.</param>
    /// <param name="shift">From <see cref="Shift"/>.</param>
    public static T Sum<T, TExp>(T* x, T* y, nint n, T shift)
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
        where TExp : struct, IUnaryOperator<T>
    {
        var sum = Vector512.IsHardwareAccelerated ? Sum<Simd512<T>, T, TExp>(x, y, n, shift)
            : Vector256.IsHardwareAccelerated ? Sum<Simd256<T>, T, TExp>(x, y, n, shift)
            : Sum<Simd128<T>, T, TExp>(x, y, n, shift);
        return sum == T.Zero ? T.One : sum;
    }

    // No call but at the end: one in front of a loop's end would make the JIT keep the maxima in memory.
    [MethodImpl(Jit.Hot)]
    private static T Max<V, T>(T* x, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        V a = V.Create(T.NegativeInfinity), b = a, c = a, d = a;
        nint i = 0;
        for (; i <= n - (4 * V.Count); i += 4 * V.Count)
        {
            a = V.MaxNative(a, V.Load(x + i));
            b = V.MaxNative(b, V.Load(x + i + V.Count));
            c = V.MaxNative(c, V.Load(x + i + (2 * V.Count)));
            d = V.MaxNative(d, V.Load(x + i + (3 * V.Count)));
        }
        for (; i <= n - V.Count; i += V.Count) a = V.MaxNative(a, V.Load(x + i));
        if (i < n) b = V.MaxNative(b, V.LoadPartial(x + i, n - i, b));
        return V.Fold<MaxOperator<T>>(V.MaxNative(V.MaxNative(a, b), V.MaxNative(c, d)));
    }

    private static T Sum<V, T, TExp>(T* x, T* y, nint n, T shift)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TExp : struct, IUnaryOperator<T>
    {
        nint whole = n & -V.Count, rest = n - whole;
        V sum = V.Zero;
        for (nint i = 0; i < whole; i += BlockVectors * V.Count)
            sum += SumWhole<V, T, TExp>(x + i, y == null ? null : y + i, Math.Min(BlockVectors * V.Count, whole - i), shift);
        if (rest > 0)
        {
            V tail = V.LoadPartial(x + whole, rest, V.Create(T.NegativeInfinity));
            sum += SumWhole<V, T, TExp>((T*)&tail, (T*)&tail, V.Count, shift);
            if (y != null) V.StorePartial(tail, y + whole, rest);
        }
        return V.Fold<AddOperator<T>>(sum);
    }

    [MethodImpl(Jit.Hot)]
    private static V SumWhole<V, T, TExp>(T* x, T* y, nint n, T shift)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TExp : struct, IUnaryOperator<T>
    {
        V sum = V.Zero, subtracted = V.Create(shift);
        for (nint i = 0; i < n; i += V.Count)
        {
            V exponential = TExp.Invoke(V.Load(x + i) - subtracted);
            if (y != null) V.Store(exponential, y + i);
            sum += exponential;
        }
        return sum;
    }
}
