using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Gemm;

/// <summary>Tiles of 12 rows and two vectors: 24 accumulators, for machines with 32 vector registers (AVX-512).</summary>
/// <remarks>Smaller tiles at the edges of C have their own bodies, so that few multiplications are spent on padding.</remarks>
internal readonly unsafe struct MicroKernel12<V, T> : IMicroKernel<T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged
{
    public static int Rows => 12;

    public static int Columns => 2 * V.Count;

    public static void Multiply(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, int rows, int columns, T alpha, T beta)
    {
        if (rows == Rows && columns == Columns)
        {
            Multiply12x2(depth, a, b, bStep, c, cStride, alpha, beta);
            return;
        }

        // Whole vectors would pass the edge of C: through a tile on the stack.
        bool narrow = columns <= V.Count;
        T* tile = stackalloc T[12 * 32];
        T one = Tile.One<T>();
        if (rows <= 4)
        {
            if (narrow) Multiply4x1(depth, a, b, bStep, tile, 32, one, default);
            else Multiply4x2(depth, a, b, bStep, tile, 32, one, default);
        }
        else if (rows <= 8)
        {
            if (narrow) Multiply8x1(depth, a, b, bStep, tile, 32, one, default);
            else Multiply8x2(depth, a, b, bStep, tile, 32, one, default);
        }
        else
        {
            if (narrow) Multiply12x1(depth, a, b, bStep, tile, 32, one, default);
            else Multiply12x2(depth, a, b, bStep, tile, 32, one, default);
        }

        Tile.Merge<V, T>(tile, 32, c, cStride, rows, columns, alpha, beta);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply12x2(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, T alpha, T beta)
    {
        Tile.Prefetch<V, T>(c, cStride, 12);
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
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b), b1 = V.Load(b + V.Count), x;
            x = V.Create(a[0]); c0_0 = V.Fma(x, b0, c0_0); c0_1 = V.Fma(x, b1, c0_1);
            x = V.Create(a[1]); c1_0 = V.Fma(x, b0, c1_0); c1_1 = V.Fma(x, b1, c1_1);
            x = V.Create(a[2]); c2_0 = V.Fma(x, b0, c2_0); c2_1 = V.Fma(x, b1, c2_1);
            x = V.Create(a[3]); c3_0 = V.Fma(x, b0, c3_0); c3_1 = V.Fma(x, b1, c3_1);
            x = V.Create(a[4]); c4_0 = V.Fma(x, b0, c4_0); c4_1 = V.Fma(x, b1, c4_1);
            x = V.Create(a[5]); c5_0 = V.Fma(x, b0, c5_0); c5_1 = V.Fma(x, b1, c5_1);
            x = V.Create(a[6]); c6_0 = V.Fma(x, b0, c6_0); c6_1 = V.Fma(x, b1, c6_1);
            x = V.Create(a[7]); c7_0 = V.Fma(x, b0, c7_0); c7_1 = V.Fma(x, b1, c7_1);
            x = V.Create(a[8]); c8_0 = V.Fma(x, b0, c8_0); c8_1 = V.Fma(x, b1, c8_1);
            x = V.Create(a[9]); c9_0 = V.Fma(x, b0, c9_0); c9_1 = V.Fma(x, b1, c9_1);
            x = V.Create(a[10]); c10_0 = V.Fma(x, b0, c10_0); c10_1 = V.Fma(x, b1, c10_1);
            x = V.Create(a[11]); c11_0 = V.Fma(x, b0, c11_0); c11_1 = V.Fma(x, b1, c11_1);
            a += Rows;
            b += bStep;
        }

        V scale = V.Create(alpha), keep = V.Create(beta);
        bool read = !Tile.IsZero(beta);
        Tile.Write(c, c0_0, c0_1, scale, keep, read);
        Tile.Write(c + cStride, c1_0, c1_1, scale, keep, read);
        Tile.Write(c + (2 * cStride), c2_0, c2_1, scale, keep, read);
        Tile.Write(c + (3 * cStride), c3_0, c3_1, scale, keep, read);
        Tile.Write(c + (4 * cStride), c4_0, c4_1, scale, keep, read);
        Tile.Write(c + (5 * cStride), c5_0, c5_1, scale, keep, read);
        Tile.Write(c + (6 * cStride), c6_0, c6_1, scale, keep, read);
        Tile.Write(c + (7 * cStride), c7_0, c7_1, scale, keep, read);
        Tile.Write(c + (8 * cStride), c8_0, c8_1, scale, keep, read);
        Tile.Write(c + (9 * cStride), c9_0, c9_1, scale, keep, read);
        Tile.Write(c + (10 * cStride), c10_0, c10_1, scale, keep, read);
        Tile.Write(c + (11 * cStride), c11_0, c11_1, scale, keep, read);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply12x1(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, T alpha, T beta)
    {
        V c0_0 = V.Zero;
        V c1_0 = V.Zero;
        V c2_0 = V.Zero;
        V c3_0 = V.Zero;
        V c4_0 = V.Zero;
        V c5_0 = V.Zero;
        V c6_0 = V.Zero;
        V c7_0 = V.Zero;
        V c8_0 = V.Zero;
        V c9_0 = V.Zero;
        V c10_0 = V.Zero;
        V c11_0 = V.Zero;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b), x;
            x = V.Create(a[0]); c0_0 = V.Fma(x, b0, c0_0);
            x = V.Create(a[1]); c1_0 = V.Fma(x, b0, c1_0);
            x = V.Create(a[2]); c2_0 = V.Fma(x, b0, c2_0);
            x = V.Create(a[3]); c3_0 = V.Fma(x, b0, c3_0);
            x = V.Create(a[4]); c4_0 = V.Fma(x, b0, c4_0);
            x = V.Create(a[5]); c5_0 = V.Fma(x, b0, c5_0);
            x = V.Create(a[6]); c6_0 = V.Fma(x, b0, c6_0);
            x = V.Create(a[7]); c7_0 = V.Fma(x, b0, c7_0);
            x = V.Create(a[8]); c8_0 = V.Fma(x, b0, c8_0);
            x = V.Create(a[9]); c9_0 = V.Fma(x, b0, c9_0);
            x = V.Create(a[10]); c10_0 = V.Fma(x, b0, c10_0);
            x = V.Create(a[11]); c11_0 = V.Fma(x, b0, c11_0);
            a += Rows;
            b += bStep;
        }

        V scale = V.Create(alpha), keep = V.Create(beta);
        bool read = !Tile.IsZero(beta);
        Tile.Write(c, c0_0, scale, keep, read);
        Tile.Write(c + cStride, c1_0, scale, keep, read);
        Tile.Write(c + (2 * cStride), c2_0, scale, keep, read);
        Tile.Write(c + (3 * cStride), c3_0, scale, keep, read);
        Tile.Write(c + (4 * cStride), c4_0, scale, keep, read);
        Tile.Write(c + (5 * cStride), c5_0, scale, keep, read);
        Tile.Write(c + (6 * cStride), c6_0, scale, keep, read);
        Tile.Write(c + (7 * cStride), c7_0, scale, keep, read);
        Tile.Write(c + (8 * cStride), c8_0, scale, keep, read);
        Tile.Write(c + (9 * cStride), c9_0, scale, keep, read);
        Tile.Write(c + (10 * cStride), c10_0, scale, keep, read);
        Tile.Write(c + (11 * cStride), c11_0, scale, keep, read);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply8x2(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, T alpha, T beta)
    {
        Tile.Prefetch<V, T>(c, cStride, 8);
        V c0_0 = V.Zero, c0_1 = V.Zero;
        V c1_0 = V.Zero, c1_1 = V.Zero;
        V c2_0 = V.Zero, c2_1 = V.Zero;
        V c3_0 = V.Zero, c3_1 = V.Zero;
        V c4_0 = V.Zero, c4_1 = V.Zero;
        V c5_0 = V.Zero, c5_1 = V.Zero;
        V c6_0 = V.Zero, c6_1 = V.Zero;
        V c7_0 = V.Zero, c7_1 = V.Zero;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b), b1 = V.Load(b + V.Count), x;
            x = V.Create(a[0]); c0_0 = V.Fma(x, b0, c0_0); c0_1 = V.Fma(x, b1, c0_1);
            x = V.Create(a[1]); c1_0 = V.Fma(x, b0, c1_0); c1_1 = V.Fma(x, b1, c1_1);
            x = V.Create(a[2]); c2_0 = V.Fma(x, b0, c2_0); c2_1 = V.Fma(x, b1, c2_1);
            x = V.Create(a[3]); c3_0 = V.Fma(x, b0, c3_0); c3_1 = V.Fma(x, b1, c3_1);
            x = V.Create(a[4]); c4_0 = V.Fma(x, b0, c4_0); c4_1 = V.Fma(x, b1, c4_1);
            x = V.Create(a[5]); c5_0 = V.Fma(x, b0, c5_0); c5_1 = V.Fma(x, b1, c5_1);
            x = V.Create(a[6]); c6_0 = V.Fma(x, b0, c6_0); c6_1 = V.Fma(x, b1, c6_1);
            x = V.Create(a[7]); c7_0 = V.Fma(x, b0, c7_0); c7_1 = V.Fma(x, b1, c7_1);
            a += Rows;
            b += bStep;
        }

        V scale = V.Create(alpha), keep = V.Create(beta);
        bool read = !Tile.IsZero(beta);
        Tile.Write(c, c0_0, c0_1, scale, keep, read);
        Tile.Write(c + cStride, c1_0, c1_1, scale, keep, read);
        Tile.Write(c + (2 * cStride), c2_0, c2_1, scale, keep, read);
        Tile.Write(c + (3 * cStride), c3_0, c3_1, scale, keep, read);
        Tile.Write(c + (4 * cStride), c4_0, c4_1, scale, keep, read);
        Tile.Write(c + (5 * cStride), c5_0, c5_1, scale, keep, read);
        Tile.Write(c + (6 * cStride), c6_0, c6_1, scale, keep, read);
        Tile.Write(c + (7 * cStride), c7_0, c7_1, scale, keep, read);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply8x1(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, T alpha, T beta)
    {
        V c0_0 = V.Zero;
        V c1_0 = V.Zero;
        V c2_0 = V.Zero;
        V c3_0 = V.Zero;
        V c4_0 = V.Zero;
        V c5_0 = V.Zero;
        V c6_0 = V.Zero;
        V c7_0 = V.Zero;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b), x;
            x = V.Create(a[0]); c0_0 = V.Fma(x, b0, c0_0);
            x = V.Create(a[1]); c1_0 = V.Fma(x, b0, c1_0);
            x = V.Create(a[2]); c2_0 = V.Fma(x, b0, c2_0);
            x = V.Create(a[3]); c3_0 = V.Fma(x, b0, c3_0);
            x = V.Create(a[4]); c4_0 = V.Fma(x, b0, c4_0);
            x = V.Create(a[5]); c5_0 = V.Fma(x, b0, c5_0);
            x = V.Create(a[6]); c6_0 = V.Fma(x, b0, c6_0);
            x = V.Create(a[7]); c7_0 = V.Fma(x, b0, c7_0);
            a += Rows;
            b += bStep;
        }

        V scale = V.Create(alpha), keep = V.Create(beta);
        bool read = !Tile.IsZero(beta);
        Tile.Write(c, c0_0, scale, keep, read);
        Tile.Write(c + cStride, c1_0, scale, keep, read);
        Tile.Write(c + (2 * cStride), c2_0, scale, keep, read);
        Tile.Write(c + (3 * cStride), c3_0, scale, keep, read);
        Tile.Write(c + (4 * cStride), c4_0, scale, keep, read);
        Tile.Write(c + (5 * cStride), c5_0, scale, keep, read);
        Tile.Write(c + (6 * cStride), c6_0, scale, keep, read);
        Tile.Write(c + (7 * cStride), c7_0, scale, keep, read);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply4x2(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, T alpha, T beta)
    {
        Tile.Prefetch<V, T>(c, cStride, 4);
        V c0_0 = V.Zero, c0_1 = V.Zero;
        V c1_0 = V.Zero, c1_1 = V.Zero;
        V c2_0 = V.Zero, c2_1 = V.Zero;
        V c3_0 = V.Zero, c3_1 = V.Zero;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b), b1 = V.Load(b + V.Count), x;
            x = V.Create(a[0]); c0_0 = V.Fma(x, b0, c0_0); c0_1 = V.Fma(x, b1, c0_1);
            x = V.Create(a[1]); c1_0 = V.Fma(x, b0, c1_0); c1_1 = V.Fma(x, b1, c1_1);
            x = V.Create(a[2]); c2_0 = V.Fma(x, b0, c2_0); c2_1 = V.Fma(x, b1, c2_1);
            x = V.Create(a[3]); c3_0 = V.Fma(x, b0, c3_0); c3_1 = V.Fma(x, b1, c3_1);
            a += Rows;
            b += bStep;
        }

        V scale = V.Create(alpha), keep = V.Create(beta);
        bool read = !Tile.IsZero(beta);
        Tile.Write(c, c0_0, c0_1, scale, keep, read);
        Tile.Write(c + cStride, c1_0, c1_1, scale, keep, read);
        Tile.Write(c + (2 * cStride), c2_0, c2_1, scale, keep, read);
        Tile.Write(c + (3 * cStride), c3_0, c3_1, scale, keep, read);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply4x1(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, T alpha, T beta)
    {
        V c0_0 = V.Zero;
        V c1_0 = V.Zero;
        V c2_0 = V.Zero;
        V c3_0 = V.Zero;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b), x;
            x = V.Create(a[0]); c0_0 = V.Fma(x, b0, c0_0);
            x = V.Create(a[1]); c1_0 = V.Fma(x, b0, c1_0);
            x = V.Create(a[2]); c2_0 = V.Fma(x, b0, c2_0);
            x = V.Create(a[3]); c3_0 = V.Fma(x, b0, c3_0);
            a += Rows;
            b += bStep;
        }

        V scale = V.Create(alpha), keep = V.Create(beta);
        bool read = !Tile.IsZero(beta);
        Tile.Write(c, c0_0, scale, keep, read);
        Tile.Write(c + cStride, c1_0, scale, keep, read);
        Tile.Write(c + (2 * cStride), c2_0, scale, keep, read);
        Tile.Write(c + (3 * cStride), c3_0, scale, keep, read);
    }
}
