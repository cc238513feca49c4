using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Normalisation;

/// <summary>The sum of squared differences of a row, and the row normalised by them, each in one pass.</summary>
internal static unsafe class RowMoments
{
    private const int BlockVectors = 128;

    /// <summary>Σ (x[i] − mean)².</summary>
    public static T Squares<T>(T* x, nint n, T mean)
        where T : unmanaged, INumberBase<T> =>
        Vector512.IsHardwareAccelerated ? Squares<Simd512<T>, T>(x, n, mean) : Vector256.IsHardwareAccelerated ? Squares<Simd256<T>, T>(x, n, mean) : Squares<Simd128<T>, T>(x, n, mean);

    /// <summary>y[i] = (x[i] − mean)·scale·gamma[i] + beta[i]; gamma and beta may be null.</summary>
    public static void Normalize<T>(T* x, T* y, nint n, T mean, T scale, T* gamma, T* beta)
        where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated) Normalize<Simd512<T>, T>(x, y, n, mean, scale, gamma, beta);
        else if (Vector256.IsHardwareAccelerated) Normalize<Simd256<T>, T>(x, y, n, mean, scale, gamma, beta);
        else Normalize<Simd128<T>, T>(x, y, n, mean, scale, gamma, beta);
    }

    private static T Squares<V, T>(T* x, nint n, T mean)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumberBase<T>
    {
        nint whole = n & -V.Count, rest = n - whole;
        V sum = V.Zero;
        for (nint i = 0; i < whole; i += BlockVectors * V.Count) sum += SquaresWhole<V, T>(x + i, Math.Min(BlockVectors * V.Count, whole - i), mean);
        if (rest > 0)
        {
            V difference = V.LoadPartial(x + whole, rest, V.Create(mean)) - V.Create(mean);
            sum = V.Fma(difference, difference, sum);
        }
        return V.Fold<AddOperator<T>>(sum);
    }

    [MethodImpl(Jit.Hot)]
    private static V SquaresWhole<V, T>(T* x, nint n, T mean)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V subtracted = V.Create(mean), a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
        nint i = 0;
        for (; i <= n - (4 * V.Count); i += 4 * V.Count)
        {
            V difference = V.Load(x + i) - subtracted;
            a = V.Fma(difference, difference, a);
            difference = V.Load(x + i + V.Count) - subtracted;
            b = V.Fma(difference, difference, b);
            difference = V.Load(x + i + (2 * V.Count)) - subtracted;
            c = V.Fma(difference, difference, c);
            difference = V.Load(x + i + (3 * V.Count)) - subtracted;
            d = V.Fma(difference, difference, d);
        }
        for (; i < n; i += V.Count)
        {
            V difference = V.Load(x + i) - subtracted;
            a = V.Fma(difference, difference, a);
        }
        return (a + c) + (b + d);
    }

    [MethodImpl(Jit.Hot)]
    private static void Normalize<V, T>(T* x, T* y, nint n, T mean, T scale, T* gamma, T* beta)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V subtracted = V.Create(mean), factor = V.Create(scale);
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count)
        {
            V value = (V.Load(x + i) - subtracted) * factor;
            if (gamma != null) value *= V.Load(gamma + i);
            if (beta != null) value += V.Load(beta + i);
            V.Store(value, y + i);
        }
        if (i == n) return;
        V last = (V.LoadPartial(x + i, n - i, subtracted) - subtracted) * factor;
        if (gamma != null) last *= V.LoadPartial(gamma + i, n - i, V.Zero);
        if (beta != null) last += V.LoadPartial(beta + i, n - i, V.Zero);
        V.StorePartial(last, y + i, n - i);
    }
}
