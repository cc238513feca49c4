using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Convolution;

/// <summary>Innermost sums of a convolution: c[i, j] (+)= Σ_k a[k, i] · x[offset[k] + j], in tiles that stay in registers.</summary>
/// <remarks>Tiles are whole: the result has room for their full rows and columns, and the source for what they read.</remarks>
internal static unsafe class TapKernels<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>Rows of the largest tile: 24 sums with 32 vector registers, 8 with 16.</summary>
    public static int Rows => V.Count * sizeof(T) == 64 ? 12 : 4;

    /// <summary>Columns of a tile for a number of rows of the result: a single row is as wide as eight vectors.</summary>
    public static int Columns(long rows) => rows == 1 ? 8 * V.Count : 2 * V.Count;

    /// <summary>Works on one tile of at least the given rows, or of those of a panel of weights, which lie aStep apart.</summary>
    public static void Multiply(long rows, nint depth, T* a, nint aStep, T* x, long* offsets, T* c, nint cStride, bool add)
    {
        rows = Math.Min(rows, aStep);
        if (aStep == 1) Multiply1x8(depth, a, x, offsets, c, add);
        else if (rows <= 4) Multiply4x2(depth, a, aStep, x, offsets, c, cStride, add);
        else if (rows <= 8) Multiply8x2(depth, a, aStep, x, offsets, c, cStride, add);
        else Multiply12x2(depth, a, aStep, x, offsets, c, cStride, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(T* c, V left, V right, bool add)
    {
        V.Store(add ? V.Load(c) + left : left, c);
        V.Store(add ? V.Load(c + V.Count) + right : right, c + V.Count);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply1x8(nint depth, T* a, T* x, long* offsets, T* c, bool add)
    {
        V c0 = V.Zero, c1 = V.Zero, c2 = V.Zero, c3 = V.Zero, c4 = V.Zero, c5 = V.Zero, c6 = V.Zero, c7 = V.Zero;
        for (nint k = 0; k < depth; k++)
        {
            V w = V.Create(a[k]);
            T* b = x + offsets[k];
            c0 = V.Fma(w, V.Load(b), c0);
            c1 = V.Fma(w, V.Load(b + V.Count), c1);
            c2 = V.Fma(w, V.Load(b + 2 * V.Count), c2);
            c3 = V.Fma(w, V.Load(b + 3 * V.Count), c3);
            c4 = V.Fma(w, V.Load(b + 4 * V.Count), c4);
            c5 = V.Fma(w, V.Load(b + 5 * V.Count), c5);
            c6 = V.Fma(w, V.Load(b + 6 * V.Count), c6);
            c7 = V.Fma(w, V.Load(b + 7 * V.Count), c7);
        }
        Write(c, c0, c1, add);
        Write(c + 2 * V.Count, c2, c3, add);
        Write(c + 4 * V.Count, c4, c5, add);
        Write(c + 6 * V.Count, c6, c7, add);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply4x2(nint depth, T* a, nint aStep, T* x, long* offsets, T* c, nint cStride, bool add)
    {
        V c0_0 = V.Zero, c0_1 = V.Zero;
        V c1_0 = V.Zero, c1_1 = V.Zero;
        V c2_0 = V.Zero, c2_1 = V.Zero;
        V c3_0 = V.Zero, c3_1 = V.Zero;
        for (nint k = 0; k < depth; k++, a += aStep)
        {
            T* b = x + offsets[k];
            V b0 = V.Load(b), b1 = V.Load(b + V.Count), w;
            w = V.Create(a[0]); c0_0 = V.Fma(w, b0, c0_0); c0_1 = V.Fma(w, b1, c0_1);
            w = V.Create(a[1]); c1_0 = V.Fma(w, b0, c1_0); c1_1 = V.Fma(w, b1, c1_1);
            w = V.Create(a[2]); c2_0 = V.Fma(w, b0, c2_0); c2_1 = V.Fma(w, b1, c2_1);
            w = V.Create(a[3]); c3_0 = V.Fma(w, b0, c3_0); c3_1 = V.Fma(w, b1, c3_1);
        }
        Write(c, c0_0, c0_1, add);
        Write(c + cStride, c1_0, c1_1, add);
        Write(c + (2 * cStride), c2_0, c2_1, add);
        Write(c + (3 * cStride), c3_0, c3_1, add);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply8x2(nint depth, T* a, nint aStep, T* x, long* offsets, T* c, nint cStride, bool add)
    {
        V c0_0 = V.Zero, c0_1 = V.Zero;
        V c1_0 = V.Zero, c1_1 = V.Zero;
        V c2_0 = V.Zero, c2_1 = V.Zero;
        V c3_0 = V.Zero, c3_1 = V.Zero;
        V c4_0 = V.Zero, c4_1 = V.Zero;
        V c5_0 = V.Zero, c5_1 = V.Zero;
        V c6_0 = V.Zero, c6_1 = V.Zero;
        V c7_0 = V.Zero, c7_1 = V.Zero;
        for (nint k = 0; k < depth; k++, a += aStep)
        {
            T* b = x + offsets[k];
            V b0 = V.Load(b), b1 = V.Load(b + V.Count), w;
            w = V.Create(a[0]); c0_0 = V.Fma(w, b0, c0_0); c0_1 = V.Fma(w, b1, c0_1);
            w = V.Create(a[1]); c1_0 = V.Fma(w, b0, c1_0); c1_1 = V.Fma(w, b1, c1_1);
            w = V.Create(a[2]); c2_0 = V.Fma(w, b0, c2_0); c2_1 = V.Fma(w, b1, c2_1);
            w = V.Create(a[3]); c3_0 = V.Fma(w, b0, c3_0); c3_1 = V.Fma(w, b1, c3_1);
            w = V.Create(a[4]); c4_0 = V.Fma(w, b0, c4_0); c4_1 = V.Fma(w, b1, c4_1);
            w = V.Create(a[5]); c5_0 = V.Fma(w, b0, c5_0); c5_1 = V.Fma(w, b1, c5_1);
            w = V.Create(a[6]); c6_0 = V.Fma(w, b0, c6_0); c6_1 = V.Fma(w, b1, c6_1);
            w = V.Create(a[7]); c7_0 = V.Fma(w, b0, c7_0); c7_1 = V.Fma(w, b1, c7_1);
        }
        Write(c, c0_0, c0_1, add);
        Write(c + cStride, c1_0, c1_1, add);
        Write(c + (2 * cStride), c2_0, c2_1, add);
        Write(c + (3 * cStride), c3_0, c3_1, add);
        Write(c + (4 * cStride), c4_0, c4_1, add);
        Write(c + (5 * cStride), c5_0, c5_1, add);
        Write(c + (6 * cStride), c6_0, c6_1, add);
        Write(c + (7 * cStride), c7_0, c7_1, add);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply12x2(nint depth, T* a, nint aStep, T* x, long* offsets, T* c, nint cStride, bool add)
    {
        V c0_0 = V.Zero, c0_1 = V.Zero;
        V c1_0 = V.Zero, c1_1 = V.Zero;
        V c2_0 = V.Zero, c2_1 = V.Zero;
        V c3_0 = V.Zero, c3_1 = V.Zero;
        V c4_0 = V.Zero, c4_1 = V.Zero;
        V c5_0 = V.Zero, c5_1 = V.Zero;
        V c6_0 = V.Zero, c6_1 = V.Zero;
        V c7_0 = V.Zero, c7_1 = V.Zero;
        V c8_0 = V.Zero, c8_1 = V.Zero;
        V c9_0 = V.Zero, c9_1 = V.Zero;
        V c10_0 = V.Zero, c10_1 = V.Zero;
        V c11_0 = V.Zero, c11_1 = V.Zero;
        for (nint k = 0; k < depth; k++, a += aStep)
        {
            T* b = x + offsets[k];
            V b0 = V.Load(b), b1 = V.Load(b + V.Count), w;
            w = V.Create(a[0]); c0_0 = V.Fma(w, b0, c0_0); c0_1 = V.Fma(w, b1, c0_1);
            w = V.Create(a[1]); c1_0 = V.Fma(w, b0, c1_0); c1_1 = V.Fma(w, b1, c1_1);
            w = V.Create(a[2]); c2_0 = V.Fma(w, b0, c2_0); c2_1 = V.Fma(w, b1, c2_1);
            w = V.Create(a[3]); c3_0 = V.Fma(w, b0, c3_0); c3_1 = V.Fma(w, b1, c3_1);
            w = V.Create(a[4]); c4_0 = V.Fma(w, b0, c4_0); c4_1 = V.Fma(w, b1, c4_1);
            w = V.Create(a[5]); c5_0 = V.Fma(w, b0, c5_0); c5_1 = V.Fma(w, b1, c5_1);
            w = V.Create(a[6]); c6_0 = V.Fma(w, b0, c6_0); c6_1 = V.Fma(w, b1, c6_1);
            w = V.Create(a[7]); c7_0 = V.Fma(w, b0, c7_0); c7_1 = V.Fma(w, b1, c7_1);
            w = V.Create(a[8]); c8_0 = V.Fma(w, b0, c8_0); c8_1 = V.Fma(w, b1, c8_1);
            w = V.Create(a[9]); c9_0 = V.Fma(w, b0, c9_0); c9_1 = V.Fma(w, b1, c9_1);
            w = V.Create(a[10]); c10_0 = V.Fma(w, b0, c10_0); c10_1 = V.Fma(w, b1, c10_1);
            w = V.Create(a[11]); c11_0 = V.Fma(w, b0, c11_0); c11_1 = V.Fma(w, b1, c11_1);
        }
        Write(c, c0_0, c0_1, add);
        Write(c + cStride, c1_0, c1_1, add);
        Write(c + (2 * cStride), c2_0, c2_1, add);
        Write(c + (3 * cStride), c3_0, c3_1, add);
        Write(c + (4 * cStride), c4_0, c4_1, add);
        Write(c + (5 * cStride), c5_0, c5_1, add);
        Write(c + (6 * cStride), c6_0, c6_1, add);
        Write(c + (7 * cStride), c7_0, c7_1, add);
        Write(c + (8 * cStride), c8_0, c8_1, add);
        Write(c + (9 * cStride), c9_0, c9_1, add);
        Write(c + (10 * cStride), c10_0, c10_1, add);
        Write(c + (11 * cStride), c11_0, c11_1, add);
    }
}
