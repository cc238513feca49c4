using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Gemm;

/// <summary>The loops of <see cref="SkinnyGemm"/>.</summary>
/// <remarks>Methods with a hot loop call nothing: a call anywhere in one makes the JIT spill the sums inside the loop, as no vector register survives a call.</remarks>
internal static unsafe class SkinnyKernels
{

    private const int CacheLine = 64;

    // Far enough ahead that memory keeps up with one line after the other (8 KB and more did, 4 KB did not), near enough to stay in L1.
    private const int PrefetchBytes = 8 * 1024;

    /// <summary>sums[i] = Σₖ line i [k] · vector[k], one line after the other, with what follows on its way into the cache.</summary>
    public static void Dots<V, TSource, T>(TSource* lines, nint stride, nint count, T* vector, nint depth, T* sums)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        nint whole = depth & -(4 * V.Count), rest = depth - whole;
        DotsWhole<V, TSource, T>(lines, stride, count, vector, whole, sums);
        if (rest == 0) return;
        TSource* end = stackalloc TSource[64];
        T* padded = stackalloc T[64], rests = stackalloc T[(int)count];
        Pad(vector + whole, rest, 64, padded);
        for (nint i = 0; i < count; i++)
        {
            Pad(lines + (i * stride) + whole, rest, 64, end);
            DotsWhole<V, TSource, T>(end, 0, 1, padded, 4 * V.Count, rests + i);
        }

        SimdLoop.Binary<T, AddOperator<T>>(sums, rests, sums, count);
    }

    [MethodImpl(Jit.Hot)]
    private static void DotsWhole<V, TSource, T>(TSource* line, nint stride, nint count, T* vector, nint depth, T* sums)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        for (T* last = sums + count; sums < last; sums++, line += stride)
        {
            V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
            TSource* p = line;
            for (T* x = vector, end = vector + depth; x < end; x += 4 * V.Count, p += 4 * V.Count)
            {
                PrefetchFour<V, TSource, T>((byte*)p + PrefetchBytes);
                a = V.Fma(HalfFormats.Load<V, T, TSource>(p), V.Load(x), a);
                b = V.Fma(HalfFormats.Load<V, T, TSource>(p + V.Count), V.Load(x + V.Count), b);
                c = V.Fma(HalfFormats.Load<V, T, TSource>(p + (2 * V.Count)), V.Load(x + (2 * V.Count)), c);
                d = V.Fma(HalfFormats.Load<V, T, TSource>(p + (3 * V.Count)), V.Load(x + (3 * V.Count)), d);
            }

            *sums = V.Fold<AddOperator<T>>((a + b) + (c + d));
        }
    }

    /// <summary>The cache lines of four vectors in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchFour<V, TSource, T>(byte* next)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch0(next);
        if (4 * V.Count * sizeof(TSource) > CacheLine) Sse.Prefetch0(next + CacheLine);
        if (4 * V.Count * sizeof(TSource) > 2 * CacheLine) Sse.Prefetch0(next + (2 * CacheLine));
        if (4 * V.Count * sizeof(TSource) > 3 * CacheLine) Sse.Prefetch0(next + (3 * CacheLine));
    }

    /// <summary>sums[i] = Σₖ line i [k] · vector[k] for four lines.</summary>
    public static void Dot4x1<V, TSource, T>(TSource* p, nint second, nint third, nint fourth, T* vector, nint depth, T* sums)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        V* partial = stackalloc V[8];
        nint whole = depth & -(2 * V.Count), rest = depth - whole;
        for (int i = 0; i < 8; i++) partial[i] = V.Zero;
        Dot4x1Whole<V, TSource, T>(p, second, third, fourth, vector, whole, partial);
        if (rest > 0)
        {
            TSource* lines = stackalloc TSource[4 * 64];
            T* padded = stackalloc T[64];
            p += whole;
            Pad(p, rest, 64, lines);
            Pad(p + second, rest, 64, lines + 64);
            Pad(p + third, rest, 64, lines + 128);
            Pad(p + fourth, rest, 64, lines + 192);
            Pad(vector + whole, rest, 64, padded);
            Dot4x1Whole<V, TSource, T>(lines, 64, 128, 192, padded, 2 * V.Count, partial);
        }

        for (int i = 0; i < 4; i++) sums[i] = V.Fold<AddOperator<T>>(partial[i] + partial[i + 4]);
    }

    /// <summary>sums[i] = Σₖ line i [k] · vector[k] for many short lines, whole fours of them; depth is whole vectors.</summary>
    [MethodImpl(Jit.Hot)]
    public static void ShortDots<V, TSource, T>(TSource* p, nint stride, nint count, T* vector, nint depth, T* sums)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        nint ahead = Ahead<TSource>(stride);
        for (T* end = sums + count; sums < end; sums += 4, p += 4 * stride)
        {
            V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
            for (nint k = 0; k < depth; k += V.Count)
            {
                TSource* at = p + k;
                PrefetchNext(at, stride, ahead, k);
                V x = V.Load(vector + k);
                a = V.Fma(HalfFormats.Load<V, T, TSource>(at), x, a);
                b = V.Fma(HalfFormats.Load<V, T, TSource>(at + stride), x, b);
                c = V.Fma(HalfFormats.Load<V, T, TSource>(at + (2 * stride)), x, c);
                d = V.Fma(HalfFormats.Load<V, T, TSource>(at + (3 * stride)), x, d);
            }

            sums[0] = V.Fold<AddOperator<T>>(a);
            sums[1] = V.Fold<AddOperator<T>>(b);
            sums[2] = V.Fold<AddOperator<T>>(c);
            sums[3] = V.Fold<AddOperator<T>>(d);
        }
    }

    /// <summary>sums[sumStride·v + i] = Σₖ line i [k] · vector v [k] for four lines and four vectors.</summary>
    public static void Dot4x4<V, TSource, T>(TSource* p, nint second, nint third, nint fourth, T* vectors, nint depth, T* sums, nint sumStride)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        V* partial = stackalloc V[16];
        nint whole = depth & -V.Count, rest = depth - whole;
        for (int i = 0; i < 16; i++) partial[i] = V.Zero;
        Dot4x4Whole<V, TSource, T>(p, second, third, fourth, vectors, depth, whole, partial);
        if (rest > 0)
        {
            TSource* lines = stackalloc TSource[4 * 32];
            T* padded = stackalloc T[4 * 32];
            p += whole;
            Pad(p, rest, 32, lines);
            Pad(p + second, rest, 32, lines + 32);
            Pad(p + third, rest, 32, lines + 64);
            Pad(p + fourth, rest, 32, lines + 96);
            for (int v = 0; v < 4; v++) Pad(vectors + (v * depth) + whole, rest, 32, padded + (32 * v));
            Dot4x4Whole<V, TSource, T>(lines, 32, 64, 96, padded, 32, V.Count, partial);
        }

        for (int i = 0; i < 16; i++) sums[(i / 4 * sumStride) + (i % 4)] = V.Fold<AddOperator<T>>(partial[i]);
    }

    [MethodImpl(Jit.Hot)]
    private static void Dot4x1Whole<V, TSource, T>(TSource* p, nint second, nint third, nint fourth, T* vector, nint depth, V* partial)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        nint ahead = Ahead<TSource>(second);
        V a0 = partial[0], a1 = partial[1], a2 = partial[2], a3 = partial[3], b0 = partial[4], b1 = partial[5], b2 = partial[6], b3 = partial[7];
        for (; depth > 0; depth -= 2 * V.Count, p += 2 * V.Count, vector += 2 * V.Count)
        {
            PrefetchNext(p, second, ahead, depth);
            V x = V.Load(vector), y = V.Load(vector + V.Count);
            a0 = V.Fma(HalfFormats.Load<V, T, TSource>(p), x, a0);
            a1 = V.Fma(HalfFormats.Load<V, T, TSource>(p + second), x, a1);
            a2 = V.Fma(HalfFormats.Load<V, T, TSource>(p + third), x, a2);
            a3 = V.Fma(HalfFormats.Load<V, T, TSource>(p + fourth), x, a3);
            b0 = V.Fma(HalfFormats.Load<V, T, TSource>(p + V.Count), y, b0);
            b1 = V.Fma(HalfFormats.Load<V, T, TSource>(p + second + V.Count), y, b1);
            b2 = V.Fma(HalfFormats.Load<V, T, TSource>(p + third + V.Count), y, b2);
            b3 = V.Fma(HalfFormats.Load<V, T, TSource>(p + fourth + V.Count), y, b3);
        }

        partial[0] = a0;
        partial[1] = a1;
        partial[2] = a2;
        partial[3] = a3;
        partial[4] = b0;
        partial[5] = b1;
        partial[6] = b2;
        partial[7] = b3;
    }

    [MethodImpl(Jit.Hot)]
    private static void Dot4x4Whole<V, TSource, T>(TSource* p, nint second, nint third, nint fourth, T* vectors, nint vectorStride, nint depth, V* partial)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        nint ahead = Ahead<TSource>(second);
        V a0 = partial[0], a1 = partial[1], a2 = partial[2], a3 = partial[3];
        V b0 = partial[4], b1 = partial[5], b2 = partial[6], b3 = partial[7];
        V c0 = partial[8], c1 = partial[9], c2 = partial[10], c3 = partial[11];
        V d0 = partial[12], d1 = partial[13], d2 = partial[14], d3 = partial[15];
        nint third4 = 2 * vectorStride, fourth4 = 3 * vectorStride;
        for (; depth > 0; depth -= V.Count, p += V.Count, vectors += V.Count)
        {
            PrefetchNext(p, second, ahead, depth);
            V x0 = HalfFormats.Load<V, T, TSource>(p), x1 = HalfFormats.Load<V, T, TSource>(p + second);
            V x2 = HalfFormats.Load<V, T, TSource>(p + third), x3 = HalfFormats.Load<V, T, TSource>(p + fourth);
            V y = V.Load(vectors);
            a0 = V.Fma(x0, y, a0);
            a1 = V.Fma(x1, y, a1);
            a2 = V.Fma(x2, y, a2);
            a3 = V.Fma(x3, y, a3);
            y = V.Load(vectors + vectorStride);
            b0 = V.Fma(x0, y, b0);
            b1 = V.Fma(x1, y, b1);
            b2 = V.Fma(x2, y, b2);
            b3 = V.Fma(x3, y, b3);
            y = V.Load(vectors + third4);
            c0 = V.Fma(x0, y, c0);
            c1 = V.Fma(x1, y, c1);
            c2 = V.Fma(x2, y, c2);
            c3 = V.Fma(x3, y, c3);
            y = V.Load(vectors + fourth4);
            d0 = V.Fma(x0, y, d0);
            d1 = V.Fma(x1, y, d1);
            d2 = V.Fma(x2, y, d2);
            d3 = V.Fma(x3, y, d3);
        }

        partial[0] = a0;
        partial[1] = a1;
        partial[2] = a2;
        partial[3] = a3;
        partial[4] = b0;
        partial[5] = b1;
        partial[6] = b2;
        partial[7] = b3;
        partial[8] = c0;
        partial[9] = c1;
        partial[10] = c2;
        partial[11] = c3;
        partial[12] = d0;
        partial[13] = d1;
        partial[14] = d2;
        partial[15] = d3;
    }

    /// <summary>How far the lines lie that are read when those of a prefetch have come: the next four, or of short lines later ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Ahead<TSource>(nint stride)
        where TSource : unmanaged
    {
        nint four = 4 * stride;
        return four == 0 ? 0 : four * Math.Max(1, PrefetchBytes / Math.Abs(four * sizeof(TSource)));
    }

    /// <summary>Once a cache line: the same place of four lines further on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchNext<TSource>(TSource* p, nint stride, nint ahead, nint depth)
        where TSource : unmanaged
    {
        if (!Sse.IsSupported || (depth & ((CacheLine / sizeof(TSource)) - 1)) != 0) return;
        TSource* next = p + ahead;
        Sse.Prefetch0(next);
        Sse.Prefetch0(next + stride);
        Sse.Prefetch0(next + (2 * stride));
        Sse.Prefetch0(next + (3 * stride));
    }

    /// <summary>sums[l] = Σₖ large[k, l] · vector[k] for four vectors of l, which stay in registers.</summary>
    [MethodImpl(Jit.Hot)]
    public static void SumSteps<V, TSource, T>(TSource* p, nint depthStride, nint depth, T* vector, T* sums)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        nint ahead = Ahead<TSource>(depthStride);
        V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero, e = V.Zero, f = V.Zero, g = V.Zero, h = V.Zero;
        for (; depth >= 2; depth -= 2, p += 2 * depthStride, vector += 2)
        {
            TSource* q = p + depthStride;
            PrefetchFour<V, TSource, T>((byte*)(p + ahead));
            PrefetchFour<V, TSource, T>((byte*)(q + ahead));
            V x = V.Create(vector[0]), y = V.Create(vector[1]);
            a = V.Fma(HalfFormats.Load<V, T, TSource>(p), x, a);
            b = V.Fma(HalfFormats.Load<V, T, TSource>(p + V.Count), x, b);
            c = V.Fma(HalfFormats.Load<V, T, TSource>(p + (2 * V.Count)), x, c);
            d = V.Fma(HalfFormats.Load<V, T, TSource>(p + (3 * V.Count)), x, d);
            e = V.Fma(HalfFormats.Load<V, T, TSource>(q), y, e);
            f = V.Fma(HalfFormats.Load<V, T, TSource>(q + V.Count), y, f);
            g = V.Fma(HalfFormats.Load<V, T, TSource>(q + (2 * V.Count)), y, g);
            h = V.Fma(HalfFormats.Load<V, T, TSource>(q + (3 * V.Count)), y, h);
        }

        if (depth > 0)
        {
            V x = V.Create(vector[0]);
            a = V.Fma(HalfFormats.Load<V, T, TSource>(p), x, a);
            b = V.Fma(HalfFormats.Load<V, T, TSource>(p + V.Count), x, b);
            c = V.Fma(HalfFormats.Load<V, T, TSource>(p + (2 * V.Count)), x, c);
            d = V.Fma(HalfFormats.Load<V, T, TSource>(p + (3 * V.Count)), x, d);
        }

        V.Store(a + e, sums);
        V.Store(b + f, sums + V.Count);
        V.Store(c + g, sums + (2 * V.Count));
        V.Store(d + h, sums + (3 * V.Count));
    }

    /// <summary>sums[l] += Σₖ large[k, l] · vector[k] for l below count, whole fours of vectors; what is read next is on its way into the cache.</summary>
    public static void AddSteps<V, TSource, T>(TSource* large, nint depthStride, nint depth, nint count, T* vector, T* sums)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        // Where a step's lines are fewer than lie ahead, the next ones begin in a later step.
        nint stepsAhead = Math.Max(1, PrefetchBytes / (count * sizeof(TSource))), ahead = stepsAhead * depthStride;
        for (nint k = 0; k < depth; k++, large += depthStride) AddStep<V, TSource, T>(large, ahead, count, vector[k], sums);
    }

    [MethodImpl(Jit.Hot)]
    private static void AddStep<V, TSource, T>(TSource* p, nint ahead, nint count, T factor, T* sums)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        V f = V.Create(factor);
        for (; count > 0; count -= 4 * V.Count, p += 4 * V.Count, sums += 4 * V.Count)
        {
            PrefetchFour<V, TSource, T>((byte*)(p + ahead));
            V.Store(V.Fma(HalfFormats.Load<V, T, TSource>(p), f, V.Load(sums)), sums);
            V.Store(V.Fma(HalfFormats.Load<V, T, TSource>(p + V.Count), f, V.Load(sums + V.Count)), sums + V.Count);
            V.Store(V.Fma(HalfFormats.Load<V, T, TSource>(p + (2 * V.Count)), f, V.Load(sums + (2 * V.Count))), sums + (2 * V.Count));
            V.Store(V.Fma(HalfFormats.Load<V, T, TSource>(p + (3 * V.Count)), f, V.Load(sums + (3 * V.Count))), sums + (3 * V.Count));
        }
    }

    /// <summary>sums[v, l] += Σ of up to four k of large[k, l] · vectors[v, k], for l below count.</summary>
    /// <remarks>sums has whole vectors: what is added past count is a sum of padding.</remarks>
    public static void Accumulate<V, TSource, T>(TSource* large, nint depthStride, int steps, nint count, T* vectors, nint depth, int few, T* sums, nint sumStride)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        nint whole = count & -V.Count, rest = count - whole;
        AccumulateWhole<V, TSource, T>(large, depthStride, steps, whole, vectors, depth, few, sums, sumStride);
        if (rest == 0) return;
        TSource* padded = stackalloc TSource[4 * 16];
        for (int step = 0; step < steps; step++) Pad(large + (step * depthStride) + whole, rest, 16, padded + (16 * step));
        AccumulateWhole<V, TSource, T>(padded, 16, steps, V.Count, vectors, depth, few, sums + whole, sumStride);
    }

    [MethodImpl(Jit.Hot)]
    private static void AccumulateWhole<V, TSource, T>(TSource* p0, nint depthStride, int steps, nint count, T* vectors, nint depth, int few, T* sums, nint sumStride)
        where V : unmanaged, ISimd<V, T>
        where TSource : unmanaged
        where T : unmanaged
    {
        TSource* p1 = p0 + depthStride, p2 = p1 + depthStride, p3 = p2 + depthStride;
        for (int v = 0; v < few; v++, vectors += depth, sums += sumStride)
        {
            if (steps == 4)
            {
                V f0 = V.Create(vectors[0]), f1 = V.Create(vectors[1]), f2 = V.Create(vectors[2]), f3 = V.Create(vectors[3]);
                for (nint l = 0; l < count; l += V.Count)
                {
                    V sum = V.Fma(HalfFormats.Load<V, T, TSource>(p0 + l), f0, V.Load(sums + l));
                    sum = V.Fma(HalfFormats.Load<V, T, TSource>(p1 + l), f1, sum);
                    sum = V.Fma(HalfFormats.Load<V, T, TSource>(p2 + l), f2, sum);
                    V.Store(V.Fma(HalfFormats.Load<V, T, TSource>(p3 + l), f3, sum), sums + l);
                }

                continue;
            }

            for (int step = 0; step < steps; step++)
            {
                TSource* p = p0 + (step * depthStride);
                V factor = V.Create(vectors[step]);
                for (nint l = 0; l < count; l += V.Count) V.Store(V.Fma(HalfFormats.Load<V, T, TSource>(p + l), factor, V.Load(sums + l)), sums + l);
            }
        }
    }

    /// <summary>Copies count values and fills up with zero bits: zeros in the floating formats, numbers that meet zeros in the others.</summary>
    private static void Pad<TSource>(TSource* source, nint count, nint size, TSource* destination)
        where TSource : unmanaged
    {
        new ReadOnlySpan<TSource>(source, (int)count).CopyTo(new Span<TSource>(destination, (int)size));
        new Span<TSource>(destination + count, (int)(size - count)).Clear();
    }
}
