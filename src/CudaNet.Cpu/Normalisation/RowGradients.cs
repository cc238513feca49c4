using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Passes over a run of values and their upstream gradients, as the gradients of normalisations need them.</summary>
internal static unsafe class RowGradients
{
    private const int BlockVectors = 128;

    /// <summary>sum += Σ g[i]·w[i] and overlap += Σ g[i]·w[i]·(x[i] − mean).</summary>
    public static void Sums<T, TWeight>(T* x, T* g, T* w, nint n, T mean, ref T sum, ref T overlap)
        where T : unmanaged, INumberBase<T>
        where TWeight : struct, ISource<T>
    {
        if (Vector512.IsHardwareAccelerated) SumsCore<Simd512<T>, T, TWeight>(x, g, w, n, mean, ref sum, ref overlap);
        else if (Vector256.IsHardwareAccelerated) SumsCore<Simd256<T>, T, TWeight>(x, g, w, n, mean, ref sum, ref overlap);
        else SumsCore<Simd128<T>, T, TWeight>(x, g, w, n, mean, ref sum, ref overlap);
    }

    /// <summary>y[i] = (g[i]·w[i] − sum)·scale − (x[i] − mean)·overlap·scale.</summary>
    public static void Backward<T, TWeight>(T* x, T* g, T* w, T* y, nint n, T mean, T scale, T sum, T overlap)
        where T : unmanaged
        where TWeight : struct, ISource<T>
    {
        if (Vector512.IsHardwareAccelerated) BackwardCore<Simd512<T>, T, TWeight>(x, g, w, y, n, mean, scale, sum, overlap);
        else if (Vector256.IsHardwareAccelerated) BackwardCore<Simd256<T>, T, TWeight>(x, g, w, y, n, mean, scale, sum, overlap);
        else BackwardCore<Simd128<T>, T, TWeight>(x, g, w, y, n, mean, scale, sum, overlap);
    }

    /// <summary>gamma[i] += g[i]·(x[i] − mean)·scale and beta[i] += g[i].</summary>
    public static void AddWeights<T>(T* x, T* g, nint n, T mean, T scale, T* gamma, T* beta)
        where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated) AddWeightsCore<Simd512<T>, T>(x, g, n, mean, scale, gamma, beta);
        else if (Vector256.IsHardwareAccelerated) AddWeightsCore<Simd256<T>, T>(x, g, n, mean, scale, gamma, beta);
        else AddWeightsCore<Simd128<T>, T>(x, g, n, mean, scale, gamma, beta);
    }

    private static void SumsCore<V, T, TWeight>(T* x, T* g, T* w, nint n, T mean, ref T sum, ref T overlap)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumberBase<T>
        where TWeight : struct, ISource<T>
    {
        V* partial = stackalloc V[2];
        (partial[0], partial[1]) = (V.Zero, V.Zero);
        for (nint i = 0; i < n; i += BlockVectors * V.Count) SumsBlock<V, T, TWeight>(x, g, w, i, Math.Min(n, i + BlockVectors * V.Count), mean, partial);
        sum += V.Fold<AddOperator<T>>(partial[0]);
        overlap += V.Fold<AddOperator<T>>(partial[1]);
    }

    [MethodImpl(Jit.Hot)]
    private static void SumsBlock<V, T, TWeight>(T* x, T* g, T* w, nint i, nint end, T mean, V* partial)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TWeight : struct, ISource<T>
    {
        V subtracted = V.Create(mean), sumA = V.Zero, sumB = V.Zero, overlapA = V.Zero, overlapB = V.Zero;
        for (; i <= end - 2 * V.Count; i += 2 * V.Count)
        {
            V weighted = V.Load(g + i) * TWeight.Load<V>(w, i);
            sumA += weighted;
            overlapA = V.Fma(weighted, V.Load(x + i) - subtracted, overlapA);
            weighted = V.Load(g + i + V.Count) * TWeight.Load<V>(w, i + V.Count);
            sumB += weighted;
            overlapB = V.Fma(weighted, V.Load(x + i + V.Count) - subtracted, overlapB);
        }
        for (; i < end; i += V.Count)
        {
            nint count = Math.Min(V.Count, end - i);
            V weighted = V.LoadPartial(g + i, count, V.Zero) * TWeight.LoadPartial<V>(w, i, count);
            sumA += weighted;
            overlapA = V.Fma(weighted, V.LoadPartial(x + i, count, subtracted) - subtracted, overlapA);
        }
        partial[0] += sumA + sumB;
        partial[1] += overlapA + overlapB;
    }

    [MethodImpl(Jit.Hot)]
    private static void BackwardCore<V, T, TWeight>(T* x, T* g, T* w, T* y, nint n, T mean, T scale, T sum, T overlap)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TWeight : struct, ISource<T>
    {
        V subtracted = V.Create(mean), factor = V.Create(scale), less = V.Create(sum), slope = V.Create(overlap);
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count)
        {
            V difference = V.Load(g + i) * TWeight.Load<V>(w, i) - less;
            V.Store(V.FmaNegated(V.Load(x + i) - subtracted, slope, difference) * factor, y + i);
        }
        if (i == n) return;
        V last = V.LoadPartial(g + i, n - i, V.Zero) * TWeight.LoadPartial<V>(w, i, n - i) - less;
        V.StorePartial(V.FmaNegated(V.LoadPartial(x + i, n - i, V.Zero) - subtracted, slope, last) * factor, y + i, n - i);
    }

    [MethodImpl(Jit.Hot)]
    private static void AddWeightsCore<V, T>(T* x, T* g, nint n, T mean, T scale, T* gamma, T* beta)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V subtracted = V.Create(mean), factor = V.Create(scale);
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count)
        {
            V upstream = V.Load(g + i);
            V.Store(V.Fma(upstream, (V.Load(x + i) - subtracted) * factor, V.Load(gamma + i)), gamma + i);
            V.Store(V.Load(beta + i) + upstream, beta + i);
        }
        if (i == n) return;
        V last = V.LoadPartial(g + i, n - i, V.Zero), rest = V.LoadPartial(x + i, n - i, subtracted);
        V.StorePartial(V.Fma(last, (rest - subtracted) * factor, V.LoadPartial(gamma + i, n - i, V.Zero)), gamma + i, n - i);
        V.StorePartial(V.LoadPartial(beta + i, n - i, V.Zero) + last, beta + i, n - i);
    }
}
