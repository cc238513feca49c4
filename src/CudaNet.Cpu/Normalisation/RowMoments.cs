using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;
using CudaNet.Execution;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Mean and variance of a group, and a run of its values normalised by them, each in one pass.</summary>
internal static unsafe class RowMoments
{
    private const int BlockVectors = 128;

    /// <summary>The mean of a group, 0 where it is not subtracted, and 1/√(variance + ε).</summary>
    /// <param name="x">First value of the group.</param>
    /// <param name="layout">How it lies in memory.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="centre">Whether the mean is subtracted.</param>
    public static (T Mean, T Scale) Of<T>(T* x, NormLayout layout, T epsilon, bool centre)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (mean, variance) = Of(x, layout, centre);
        return (mean, T.One / T.Sqrt(variance + epsilon));
    }

    /// <summary>The mean of a group, 0 where it is not subtracted, and the mean of squared differences from it.</summary>
    public static (T Mean, T Variance) Of<T>(T* x, NormLayout layout, bool centre)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var count = T.CreateChecked(layout.GroupSize);
        T sum = T.Zero, squares = T.Zero;
        for (long outer = 0; centre && outer < layout.Outer; outer++) sum += SimdLoop.Reduce<T, AddOperator<T>>(x + outer * layout.RowStride, layout.Row);
        var mean = sum / count;
        for (long outer = 0; outer < layout.Outer; outer++) squares += Squares(x + outer * layout.RowStride, layout.Row, mean);
        return (mean, squares / count);
    }

    /// <summary>y[i] = (x[i] − mean)·scale·gamma[i] + beta[i].</summary>
    public static void Normalize<T, TGamma, TBeta>(T* x, T* y, nint n, T mean, T scale, T* gamma, T* beta)
        where T : unmanaged
        where TGamma : struct, ISource<T>
        where TBeta : struct, ISource<T>
    {
        if (Vector512.IsHardwareAccelerated) Normalize<Simd512<T>, T, TGamma, TBeta>(x, y, n, mean, scale, gamma, beta);
        else if (Vector256.IsHardwareAccelerated) Normalize<Simd256<T>, T, TGamma, TBeta>(x, y, n, mean, scale, gamma, beta);
        else Normalize<Simd128<T>, T, TGamma, TBeta>(x, y, n, mean, scale, gamma, beta);
    }

    /// <summary>sums[i] += (x[i] − means[i])².</summary>
    public static void AddSquares<T>(T* x, T* means, T* sums, nint n)
        where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated) AddSquares<Simd512<T>, T>(x, means, sums, n);
        else if (Vector256.IsHardwareAccelerated) AddSquares<Simd256<T>, T>(x, means, sums, n);
        else AddSquares<Simd128<T>, T>(x, means, sums, n);
    }

    /// <summary>Σ (x[i] − mean)².</summary>
    private static T Squares<T>(T* x, nint n, T mean)
        where T : unmanaged, INumberBase<T> =>
        Vector512.IsHardwareAccelerated ? Squares<Simd512<T>, T>(x, n, mean) : Vector256.IsHardwareAccelerated ? Squares<Simd256<T>, T>(x, n, mean) : Squares<Simd128<T>, T>(x, n, mean);

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
    private static void AddSquares<V, T>(T* x, T* means, T* sums, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count)
        {
            V difference = V.Load(x + i) - V.Load(means + i);
            V.Store(V.Fma(difference, difference, V.Load(sums + i)), sums + i);
        }
        if (i == n) return;
        V last = V.LoadPartial(x + i, n - i, V.Zero) - V.LoadPartial(means + i, n - i, V.Zero);
        V.StorePartial(V.Fma(last, last, V.LoadPartial(sums + i, n - i, V.Zero)), sums + i, n - i);
    }

    [MethodImpl(Jit.Hot)]
    private static void Normalize<V, T, TGamma, TBeta>(T* x, T* y, nint n, T mean, T scale, T* gamma, T* beta)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TGamma : struct, ISource<T>
        where TBeta : struct, ISource<T>
    {
        V subtracted = V.Create(mean), factor = V.Create(scale);
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count)
            V.Store(V.Fma((V.Load(x + i) - subtracted) * factor, TGamma.Load<V>(gamma, i), TBeta.Load<V>(beta, i)), y + i);
        if (i == n) return;
        V last = (V.LoadPartial(x + i, n - i, subtracted) - subtracted) * factor;
        V.StorePartial(V.Fma(last, TGamma.LoadPartial<V>(gamma, i, n - i), TBeta.LoadPartial<V>(beta, i, n - i)), y + i, n - i);
    }
}
