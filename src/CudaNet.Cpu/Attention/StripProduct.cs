using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Attention;

/// <summary>C += A·B, where A is a strip of scores [rows, W] as it lies, B [W, W] and C [rows, W], for W = 2·V.Count: the sum over a tile of queries.</summary>
/// <remarks>A is read by broadcasts from up to twelve rows. As the width of a row is known to the compiler, rows are
/// displacements of one address, and nothing needs to be packed. Twelve rows need 27 registers, four rows eleven.</remarks>
internal static unsafe class StripProduct
{

    public static void Add<V, T>(nint rows, T* a, T* b, T* c, nint cStride)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated)
            for (; rows >= 12; rows -= 12, a += 24 * V.Count, c += 12 * cStride) Add12<V, T>(a, b, c, cStride);
        for (; rows >= 4; rows -= 4, a += 8 * V.Count, c += 4 * cStride) Add4<V, T>(a, b, c, cStride);
        for (; rows > 0; rows--, a += 2 * V.Count, c += cStride) Add1<V, T>(a, b, c);
    }

    [MethodImpl(Jit.Hot)]
    private static void Add12<V, T>(T* a, T* b, T* c, nint cStride)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        Gemm.Tile.Prefetch<V, T>(c, cStride, 12);
        V c0 = V.Zero, d0 = V.Zero, c1 = V.Zero, d1 = V.Zero, c2 = V.Zero, d2 = V.Zero, c3 = V.Zero, d3 = V.Zero;
        V c4 = V.Zero, d4 = V.Zero, c5 = V.Zero, d5 = V.Zero, c6 = V.Zero, d6 = V.Zero, c7 = V.Zero, d7 = V.Zero;
        V c8 = V.Zero, d8 = V.Zero, c9 = V.Zero, d9 = V.Zero, c10 = V.Zero, d10 = V.Zero, c11 = V.Zero, d11 = V.Zero;
        for (T* end = a + (2 * V.Count); a < end; a++, b += 2 * V.Count)
        {
            V left = V.Load(b), right = V.Load(b + V.Count), x;
            x = V.Create(a[0]); c0 = V.Fma(x, left, c0); d0 = V.Fma(x, right, d0);
            x = V.Create(a[2 * V.Count]); c1 = V.Fma(x, left, c1); d1 = V.Fma(x, right, d1);
            x = V.Create(a[4 * V.Count]); c2 = V.Fma(x, left, c2); d2 = V.Fma(x, right, d2);
            x = V.Create(a[6 * V.Count]); c3 = V.Fma(x, left, c3); d3 = V.Fma(x, right, d3);
            x = V.Create(a[8 * V.Count]); c4 = V.Fma(x, left, c4); d4 = V.Fma(x, right, d4);
            x = V.Create(a[10 * V.Count]); c5 = V.Fma(x, left, c5); d5 = V.Fma(x, right, d5);
            x = V.Create(a[12 * V.Count]); c6 = V.Fma(x, left, c6); d6 = V.Fma(x, right, d6);
            x = V.Create(a[14 * V.Count]); c7 = V.Fma(x, left, c7); d7 = V.Fma(x, right, d7);
            x = V.Create(a[16 * V.Count]); c8 = V.Fma(x, left, c8); d8 = V.Fma(x, right, d8);
            x = V.Create(a[18 * V.Count]); c9 = V.Fma(x, left, c9); d9 = V.Fma(x, right, d9);
            x = V.Create(a[20 * V.Count]); c10 = V.Fma(x, left, c10); d10 = V.Fma(x, right, d10);
            x = V.Create(a[22 * V.Count]); c11 = V.Fma(x, left, c11); d11 = V.Fma(x, right, d11);
        }
        Write<V, T>(c, c0, d0);
        Write<V, T>(c + cStride, c1, d1);
        Write<V, T>(c + (2 * cStride), c2, d2);
        Write<V, T>(c + (3 * cStride), c3, d3);
        Write<V, T>(c + (4 * cStride), c4, d4);
        Write<V, T>(c + (5 * cStride), c5, d5);
        Write<V, T>(c + (6 * cStride), c6, d6);
        Write<V, T>(c + (7 * cStride), c7, d7);
        Write<V, T>(c + (8 * cStride), c8, d8);
        Write<V, T>(c + (9 * cStride), c9, d9);
        Write<V, T>(c + (10 * cStride), c10, d10);
        Write<V, T>(c + (11 * cStride), c11, d11);
    }

    [MethodImpl(Jit.Hot)]
    private static void Add4<V, T>(T* a, T* b, T* c, nint cStride)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        Gemm.Tile.Prefetch<V, T>(c, cStride, 4);
        V c0 = V.Zero, d0 = V.Zero, c1 = V.Zero, d1 = V.Zero, c2 = V.Zero, d2 = V.Zero, c3 = V.Zero, d3 = V.Zero;
        for (T* end = a + (2 * V.Count); a < end; a++, b += 2 * V.Count)
        {
            V left = V.Load(b), right = V.Load(b + V.Count), x;
            x = V.Create(a[0]); c0 = V.Fma(x, left, c0); d0 = V.Fma(x, right, d0);
            x = V.Create(a[2 * V.Count]); c1 = V.Fma(x, left, c1); d1 = V.Fma(x, right, d1);
            x = V.Create(a[4 * V.Count]); c2 = V.Fma(x, left, c2); d2 = V.Fma(x, right, d2);
            x = V.Create(a[6 * V.Count]); c3 = V.Fma(x, left, c3); d3 = V.Fma(x, right, d3);
        }
        Write<V, T>(c, c0, d0);
        Write<V, T>(c + cStride, c1, d1);
        Write<V, T>(c + (2 * cStride), c2, d2);
        Write<V, T>(c + (3 * cStride), c3, d3);
    }

    [MethodImpl(Jit.Hot)]
    private static void Add1<V, T>(T* a, T* b, T* c)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V left = V.Zero, right = V.Zero;
        for (T* end = a + (2 * V.Count); a < end; a++, b += 2 * V.Count)
        {
            V x = V.Create(*a);
            left = V.Fma(x, V.Load(b), left);
            right = V.Fma(x, V.Load(b + V.Count), right);
        }
        Write<V, T>(c, left, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<V, T>(T* c, V left, V right)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V.Store(V.Load(c) + left, c);
        V.Store(V.Load(c + V.Count) + right, c + V.Count);
    }
}
