using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Gemm;

/// <summary>Tiles of 6 rows and two vectors: 12 accumulators, for machines with 16 vector registers (AVX2, SSE).</summary>
/// <remarks>Smaller tiles at the edges of C have their own bodies, so that few multiplications are spent on padding.</remarks>
internal readonly unsafe struct MicroKernel6<V, T> : IMicroKernel<T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged
{
    public static int Rows => 6;

    public static int Columns => 2 * V.Count;

    public static void Multiply(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, int rows, int columns, T alpha, T beta)
    {
        if (rows == Rows && columns == Columns)
        {
            Multiply6x2(depth, a, b, bStep, c, cStride, alpha, beta);
            return;
        }

        // Whole vectors would pass the edge of C: through a tile on the stack.
        bool narrow = columns <= V.Count;
        T* tile = stackalloc T[6 * 32];
        T one = Tile.One<T>();
        if (rows <= 2)
        {
            if (narrow) Multiply2x1(depth, a, b, bStep, tile, 32, one, default);
            else Multiply2x2(depth, a, b, bStep, tile, 32, one, default);
        }
        else if (rows <= 4)
        {
            if (narrow) Multiply4x1(depth, a, b, bStep, tile, 32, one, default);
            else Multiply4x2(depth, a, b, bStep, tile, 32, one, default);
        }
        else
        {
            if (narrow) Multiply6x1(depth, a, b, bStep, tile, 32, one, default);
            else Multiply6x2(depth, a, b, bStep, tile, 32, one, default);
        }

        Tile.Merge<V, T>(tile, 32, c, cStride, rows, columns, alpha, beta);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply6x2(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, T alpha, T beta)
    {
        Tile.Prefetch<V, T>(c, cStride, 6);
        V c0_0 = V.Zero, c0_1 = V.Zero;
        V c1_0 = V.Zero, c1_1 = V.Zero;
        V c2_0 = V.Zero, c2_1 = V.Zero;
        V c3_0 = V.Zero, c3_1 = V.Zero;
        V c4_0 = V.Zero, c4_1 = V.Zero;
        V c5_0 = V.Zero, c5_1 = V.Zero;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b), b1 = V.Load(b + V.Count), x;
            x = V.Create(a[0]); c0_0 = V.Fma(x, b0, c0_0); c0_1 = V.Fma(x, b1, c0_1);
            x = V.Create(a[1]); c1_0 = V.Fma(x, b0, c1_0); c1_1 = V.Fma(x, b1, c1_1);
            x = V.Create(a[2]); c2_0 = V.Fma(x, b0, c2_0); c2_1 = V.Fma(x, b1, c2_1);
            x = V.Create(a[3]); c3_0 = V.Fma(x, b0, c3_0); c3_1 = V.Fma(x, b1, c3_1);
            x = V.Create(a[4]); c4_0 = V.Fma(x, b0, c4_0); c4_1 = V.Fma(x, b1, c4_1);
            x = V.Create(a[5]); c5_0 = V.Fma(x, b0, c5_0); c5_1 = V.Fma(x, b1, c5_1);
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
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply6x1(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, T alpha, T beta)
    {
        V c0_0 = V.Zero;
        V c1_0 = V.Zero;
        V c2_0 = V.Zero;
        V c3_0 = V.Zero;
        V c4_0 = V.Zero;
        V c5_0 = V.Zero;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b), x;
            x = V.Create(a[0]); c0_0 = V.Fma(x, b0, c0_0);
            x = V.Create(a[1]); c1_0 = V.Fma(x, b0, c1_0);
            x = V.Create(a[2]); c2_0 = V.Fma(x, b0, c2_0);
            x = V.Create(a[3]); c3_0 = V.Fma(x, b0, c3_0);
            x = V.Create(a[4]); c4_0 = V.Fma(x, b0, c4_0);
            x = V.Create(a[5]); c5_0 = V.Fma(x, b0, c5_0);
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

    [MethodImpl(Jit.Hot)]
    private static void Multiply2x2(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, T alpha, T beta)
    {
        Tile.Prefetch<V, T>(c, cStride, 2);
        V c0_0 = V.Zero, c0_1 = V.Zero;
        V c1_0 = V.Zero, c1_1 = V.Zero;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b), b1 = V.Load(b + V.Count), x;
            x = V.Create(a[0]); c0_0 = V.Fma(x, b0, c0_0); c0_1 = V.Fma(x, b1, c0_1);
            x = V.Create(a[1]); c1_0 = V.Fma(x, b0, c1_0); c1_1 = V.Fma(x, b1, c1_1);
            a += Rows;
            b += bStep;
        }

        V scale = V.Create(alpha), keep = V.Create(beta);
        bool read = !Tile.IsZero(beta);
        Tile.Write(c, c0_0, c0_1, scale, keep, read);
        Tile.Write(c + cStride, c1_0, c1_1, scale, keep, read);
    }

    [MethodImpl(Jit.Hot)]
    private static void Multiply2x1(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, T alpha, T beta)
    {
        V c0_0 = V.Zero;
        V c1_0 = V.Zero;
        for (; depth > 0; depth--)
        {
            V b0 = V.Load(b), x;
            x = V.Create(a[0]); c0_0 = V.Fma(x, b0, c0_0);
            x = V.Create(a[1]); c1_0 = V.Fma(x, b0, c1_0);
            a += Rows;
            b += bStep;
        }

        V scale = V.Create(alpha), keep = V.Create(beta);
        bool read = !Tile.IsZero(beta);
        Tile.Write(c, c0_0, scale, keep, read);
        Tile.Write(c + cStride, c1_0, scale, keep, read);
    }
}
