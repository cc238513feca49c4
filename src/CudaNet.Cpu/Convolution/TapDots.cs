using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Convolution;

/// <summary>Tiles of scalar products of four rows with shifted rows x: tile[i, k] = Σ_j y_i[j] · (x_k[j] &amp; mask[j]).</summary>
/// <remarks>The count is a multiple of 64.</remarks>
internal static unsafe class TapDots<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged
{
    [MethodImpl(Jit.Hot)]
    public static void Tile4x6(nint count, T* y0, T* y1, T* y2, T* y3, T** rows, T* mask, T* tile)
    {
        T* x0 = rows[0], x1 = rows[1], x2 = rows[2], x3 = rows[3], x4 = rows[4], x5 = rows[5];
        V s0_0 = V.Zero, s0_1 = V.Zero, s0_2 = V.Zero, s0_3 = V.Zero, s0_4 = V.Zero, s0_5 = V.Zero;
        V s1_0 = V.Zero, s1_1 = V.Zero, s1_2 = V.Zero, s1_3 = V.Zero, s1_4 = V.Zero, s1_5 = V.Zero;
        V s2_0 = V.Zero, s2_1 = V.Zero, s2_2 = V.Zero, s2_3 = V.Zero, s2_4 = V.Zero, s2_5 = V.Zero;
        V s3_0 = V.Zero, s3_1 = V.Zero, s3_2 = V.Zero, s3_3 = V.Zero, s3_4 = V.Zero, s3_5 = V.Zero;
        for (nint j = 0; j < count; j += V.Count)
        {
            V a = V.Load(y0 + j), b = V.Load(y1 + j), c = V.Load(y2 + j), d = V.Load(y3 + j), m = V.Load(mask + j), x;
            x = V.Load(x0 + j) & m; s0_0 = V.Fma(a, x, s0_0); s1_0 = V.Fma(b, x, s1_0); s2_0 = V.Fma(c, x, s2_0); s3_0 = V.Fma(d, x, s3_0);
            x = V.Load(x1 + j) & m; s0_1 = V.Fma(a, x, s0_1); s1_1 = V.Fma(b, x, s1_1); s2_1 = V.Fma(c, x, s2_1); s3_1 = V.Fma(d, x, s3_1);
            x = V.Load(x2 + j) & m; s0_2 = V.Fma(a, x, s0_2); s1_2 = V.Fma(b, x, s1_2); s2_2 = V.Fma(c, x, s2_2); s3_2 = V.Fma(d, x, s3_2);
            x = V.Load(x3 + j) & m; s0_3 = V.Fma(a, x, s0_3); s1_3 = V.Fma(b, x, s1_3); s2_3 = V.Fma(c, x, s2_3); s3_3 = V.Fma(d, x, s3_3);
            x = V.Load(x4 + j) & m; s0_4 = V.Fma(a, x, s0_4); s1_4 = V.Fma(b, x, s1_4); s2_4 = V.Fma(c, x, s2_4); s3_4 = V.Fma(d, x, s3_4);
            x = V.Load(x5 + j) & m; s0_5 = V.Fma(a, x, s0_5); s1_5 = V.Fma(b, x, s1_5); s2_5 = V.Fma(c, x, s2_5); s3_5 = V.Fma(d, x, s3_5);
        }
        tile[0] = Sum(s0_0); tile[1] = Sum(s0_1); tile[2] = Sum(s0_2); tile[3] = Sum(s0_3); tile[4] = Sum(s0_4); tile[5] = Sum(s0_5);
        tile[6] = Sum(s1_0); tile[7] = Sum(s1_1); tile[8] = Sum(s1_2); tile[9] = Sum(s1_3); tile[10] = Sum(s1_4); tile[11] = Sum(s1_5);
        tile[12] = Sum(s2_0); tile[13] = Sum(s2_1); tile[14] = Sum(s2_2); tile[15] = Sum(s2_3); tile[16] = Sum(s2_4); tile[17] = Sum(s2_5);
        tile[18] = Sum(s3_0); tile[19] = Sum(s3_1); tile[20] = Sum(s3_2); tile[21] = Sum(s3_3); tile[22] = Sum(s3_4); tile[23] = Sum(s3_5);
    }

    [MethodImpl(Jit.Hot)]
    public static void Tile4x2(nint count, T* y0, T* y1, T* y2, T* y3, T** rows, T* mask, T* tile)
    {
        T* x0 = rows[0], x1 = rows[1];
        V s0_0 = V.Zero, s0_1 = V.Zero;
        V s1_0 = V.Zero, s1_1 = V.Zero;
        V s2_0 = V.Zero, s2_1 = V.Zero;
        V s3_0 = V.Zero, s3_1 = V.Zero;
        for (nint j = 0; j < count; j += V.Count)
        {
            V a = V.Load(y0 + j), b = V.Load(y1 + j), c = V.Load(y2 + j), d = V.Load(y3 + j), m = V.Load(mask + j), x;
            x = V.Load(x0 + j) & m; s0_0 = V.Fma(a, x, s0_0); s1_0 = V.Fma(b, x, s1_0); s2_0 = V.Fma(c, x, s2_0); s3_0 = V.Fma(d, x, s3_0);
            x = V.Load(x1 + j) & m; s0_1 = V.Fma(a, x, s0_1); s1_1 = V.Fma(b, x, s1_1); s2_1 = V.Fma(c, x, s2_1); s3_1 = V.Fma(d, x, s3_1);
        }
        tile[0] = Sum(s0_0); tile[1] = Sum(s0_1);
        tile[2] = Sum(s1_0); tile[3] = Sum(s1_1);
        tile[4] = Sum(s2_0); tile[5] = Sum(s2_1);
        tile[6] = Sum(s3_0); tile[7] = Sum(s3_1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Sum(V vector)
    {
        if (typeof(V) == typeof(Simd512<T>)) return Vector512.Sum(Unsafe.BitCast<V, Vector512<T>>(vector));
        if (typeof(V) == typeof(Simd256<T>)) return Vector256.Sum(Unsafe.BitCast<V, Vector256<T>>(vector));
        return Vector128.Sum(Unsafe.BitCast<V, Vector128<T>>(vector));
    }
}
