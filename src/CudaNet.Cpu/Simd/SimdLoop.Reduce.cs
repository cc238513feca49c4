using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Cpu.Simd;

/// <content>Reductions.</content>
/// <remarks>
/// Order of operations: blocks of 8 accumulators of a vector each, at most 16 deep, combined as a balanced tree. For sums the
/// error bound is thus O(log n)·ε (pairwise summation, Higham 1993). The order depends on n and the vector width only.
/// </remarks>
internal static unsafe partial class SimdLoop
{
    private const int BlockVectors = 128;

    /// <summary>f(x[0], f(x[1], …)); the identity for n = 0.</summary>
    public static T Reduce<T, TReduce>(T* x, nint n)
        where T : unmanaged
        where TReduce : struct, IReduceOperator<T> => MapReduce<T, IdentityOperator<T>, TReduce>(x, n);

    /// <summary>Reduction of g(x[i]): sums of squares, of absolute values, and so on.</summary>
    public static T MapReduce<T, TMap, TReduce>(T* x, nint n)
        where T : unmanaged
        where TMap : struct, IUnaryOperator<T>
        where TReduce : struct, IReduceOperator<T>
    {
        if (Vector512.IsHardwareAccelerated) return ReduceTree<Simd512<T>, T, TMap, TReduce>(x, n);
        if (Vector256.IsHardwareAccelerated) return ReduceTree<Simd256<T>, T, TMap, TReduce>(x, n);
        return ReduceTree<Simd128<T>, T, TMap, TReduce>(x, n);
    }

    /// <summary>Σ x[i]·y[i] in the order of Reduce.</summary>
    public static T Dot<T>(T* x, T* y, nint n)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        if (Vector512.IsHardwareAccelerated) return DotTree<Simd512<T>, T>(x, y, n);
        if (Vector256.IsHardwareAccelerated) return DotTree<Simd256<T>, T>(x, y, n);
        return DotTree<Simd128<T>, T>(x, y, n);
    }

    /// <summary>Reduces the rows of a matrix into one row: y[j] = f(y[j], f over i of x[i, j]).</summary>
    /// <param name="x">[rows, columns], unit column stride.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="rowStride">Elements from a row to the next.</param>
    /// <param name="y">[columns]; must hold the identity, or what is to be continued.</param>
    /// <param name="columns">Number of columns.</param>
    /// <remarks>Rows go in blocks of 128 through registers: sums have an error of about (128 + rows/128)·ε at worst.</remarks>
    public static void ReduceRows<T, TReduce>(T* x, nint rows, nint rowStride, T* y, nint columns)
        where T : unmanaged
        where TReduce : struct, IReduceOperator<T>
    {
        if (Vector512.IsHardwareAccelerated) ReduceRowsCore<Simd512<T>, T, TReduce>(x, rows, rowStride, y, columns);
        else if (Vector256.IsHardwareAccelerated) ReduceRowsCore<Simd256<T>, T, TReduce>(x, rows, rowStride, y, columns);
        else ReduceRowsCore<Simd128<T>, T, TReduce>(x, rows, rowStride, y, columns);
    }

    private static T ReduceTree<V, T, TMap, TReduce>(T* x, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TMap : struct, IUnaryOperator<T>
        where TReduce : struct, IReduceOperator<T>
    {
        nint block = BlockVectors * V.Count;
        if (n <= block) return ReduceBlock<V, T, TMap, TReduce>(x, n);
        nint half = ((n / 2) + block - 1) / block * block;
        return Pair<V, T, TReduce>(ReduceTree<V, T, TMap, TReduce>(x, half), ReduceTree<V, T, TMap, TReduce>(x + half, n - half));
    }

    private static T ReduceBlock<V, T, TMap, TReduce>(T* x, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TMap : struct, IUnaryOperator<T>
        where TReduce : struct, IReduceOperator<T>
    {
        nint whole = n & -V.Count, rest = n - whole;
        V sum = ReduceWhole<V, T, TMap, TReduce>(x, whole);
        if (rest > 0)
        {
            // Lanes past the end must hold the identity after the map.
            V mapped = TMap.Invoke(DenseSource<T>.LoadPartial<V>(x + whole, rest));
            sum = TReduce.Invoke(sum, V.LoadPartial((T*)&mapped, rest, V.Create(TReduce.Identity)));
        }

        return V.Fold<TReduce>(sum);
    }

    // No call in here: it would make the JIT keep the accumulators in memory.
    [MethodImpl(Jit.Hot)]
    private static V ReduceWhole<V, T, TMap, TReduce>(T* x, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TMap : struct, IUnaryOperator<T>
        where TReduce : struct, IReduceOperator<T>
    {
        V identity = V.Create(TReduce.Identity);
        V a0 = identity, a1 = identity, a2 = identity, a3 = identity, a4 = identity, a5 = identity, a6 = identity, a7 = identity;
        nint i = 0;
        for (; i <= n - (8 * V.Count); i += 8 * V.Count)
        {
            a0 = TReduce.Invoke(a0, TMap.Invoke(V.Load(x + i)));
            a1 = TReduce.Invoke(a1, TMap.Invoke(V.Load(x + i + V.Count)));
            a2 = TReduce.Invoke(a2, TMap.Invoke(V.Load(x + i + (2 * V.Count))));
            a3 = TReduce.Invoke(a3, TMap.Invoke(V.Load(x + i + (3 * V.Count))));
            a4 = TReduce.Invoke(a4, TMap.Invoke(V.Load(x + i + (4 * V.Count))));
            a5 = TReduce.Invoke(a5, TMap.Invoke(V.Load(x + i + (5 * V.Count))));
            a6 = TReduce.Invoke(a6, TMap.Invoke(V.Load(x + i + (6 * V.Count))));
            a7 = TReduce.Invoke(a7, TMap.Invoke(V.Load(x + i + (7 * V.Count))));
        }

        for (; i < n; i += V.Count) a0 = TReduce.Invoke(a0, TMap.Invoke(V.Load(x + i)));
        return TReduce.Invoke(
            TReduce.Invoke(TReduce.Invoke(a0, a4), TReduce.Invoke(a2, a6)),
            TReduce.Invoke(TReduce.Invoke(a1, a5), TReduce.Invoke(a3, a7)));
    }

    private static T DotTree<V, T>(T* x, T* y, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        nint block = BlockVectors * V.Count;
        if (n <= block) return DotBlock<V, T>(x, y, n);
        nint half = ((n / 2) + block - 1) / block * block;
        return Pair<V, T, AddOperator<T>>(DotTree<V, T>(x, y, half), DotTree<V, T>(x + half, y + half, n - half));
    }

    private static T DotBlock<V, T>(T* x, T* y, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        nint whole = n & -V.Count, rest = n - whole;
        V sum = DotWhole<V, T>(x, y, whole);
        if (rest > 0)
        {
            sum = V.Fma(V.LoadPartial(x + whole, rest, V.Zero), V.LoadPartial(y + whole, rest, V.Zero), sum);
        }

        return V.Fold<AddOperator<T>>(sum);
    }

    [MethodImpl(Jit.Hot)]
    private static V DotWhole<V, T>(T* x, T* y, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V a0 = V.Zero, a1 = V.Zero, a2 = V.Zero, a3 = V.Zero, a4 = V.Zero, a5 = V.Zero, a6 = V.Zero, a7 = V.Zero;
        nint i = 0;
        for (; i <= n - (8 * V.Count); i += 8 * V.Count)
        {
            a0 = V.Fma(V.Load(x + i), V.Load(y + i), a0);
            a1 = V.Fma(V.Load(x + i + V.Count), V.Load(y + i + V.Count), a1);
            a2 = V.Fma(V.Load(x + i + (2 * V.Count)), V.Load(y + i + (2 * V.Count)), a2);
            a3 = V.Fma(V.Load(x + i + (3 * V.Count)), V.Load(y + i + (3 * V.Count)), a3);
            a4 = V.Fma(V.Load(x + i + (4 * V.Count)), V.Load(y + i + (4 * V.Count)), a4);
            a5 = V.Fma(V.Load(x + i + (5 * V.Count)), V.Load(y + i + (5 * V.Count)), a5);
            a6 = V.Fma(V.Load(x + i + (6 * V.Count)), V.Load(y + i + (6 * V.Count)), a6);
            a7 = V.Fma(V.Load(x + i + (7 * V.Count)), V.Load(y + i + (7 * V.Count)), a7);
        }

        for (; i < n; i += V.Count) a0 = V.Fma(V.Load(x + i), V.Load(y + i), a0);
        return ((a0 + a4) + (a2 + a6)) + ((a1 + a5) + (a3 + a7));
    }

    private static void ReduceRowsCore<V, T, TReduce>(T* x, nint rows, nint rowStride, T* y, nint columns)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TReduce : struct, IReduceOperator<T>
    {
        const int blockRows = 128;
        nint strips = columns / (4 * V.Count) * (4 * V.Count);
        for (nint first = 0; first < rows; first += blockRows, x += blockRows * rowStride)
        {
            nint count = Math.Min(blockRows, rows - first);
            for (nint j = 0; j < strips; j += 4 * V.Count) ReduceStrip<V, T, TReduce>(x + j, count, rowStride, y + j);
            for (nint j = strips; j < columns; j += V.Count)
            {
                nint width = Math.Min(V.Count, columns - j);
                T* p = x + j;
                V sum = DenseSource<T>.LoadPartial<V>(p, width);
                for (nint i = 1; i < count; i++)
                {
                    p += rowStride;
                    sum = TReduce.Invoke(sum, width == V.Count ? V.Load(p) : DenseSource<T>.LoadPartial<V>(p, width));
                }

                V.StorePartial(TReduce.Invoke(DenseSource<T>.LoadPartial<V>(y + j, width), sum), y + j, width);
            }
        }
    }

    [MethodImpl(Jit.Hot)]
    private static void ReduceStrip<V, T, TReduce>(T* p, nint rows, nint rowStride, T* y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TReduce : struct, IReduceOperator<T>
    {
        V a0 = V.Load(p), a1 = V.Load(p + V.Count), a2 = V.Load(p + (2 * V.Count)), a3 = V.Load(p + (3 * V.Count));
        for (rows--; rows > 0; rows--)
        {
            p += rowStride;
            a0 = TReduce.Invoke(a0, V.Load(p));
            a1 = TReduce.Invoke(a1, V.Load(p + V.Count));
            a2 = TReduce.Invoke(a2, V.Load(p + (2 * V.Count)));
            a3 = TReduce.Invoke(a3, V.Load(p + (3 * V.Count)));
        }

        V.Store(TReduce.Invoke(V.Load(y), a0), y);
        V.Store(TReduce.Invoke(V.Load(y + V.Count), a1), y + V.Count);
        V.Store(TReduce.Invoke(V.Load(y + (2 * V.Count)), a2), y + (2 * V.Count));
        V.Store(TReduce.Invoke(V.Load(y + (3 * V.Count)), a3), y + (3 * V.Count));
    }

    private static T Pair<V, T, TReduce>(T a, T b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TReduce : struct, IReduceOperator<T>
    {
        V result = TReduce.Invoke(V.Create(a), V.Create(b));
        return *(T*)&result;
    }
}
