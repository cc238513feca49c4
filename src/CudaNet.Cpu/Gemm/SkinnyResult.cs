using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Gemm;

/// <summary>Where a skinny product puts its sums: line l and vector v to c[v · vectorStride + l · lineStride].</summary>
internal readonly unsafe struct SkinnyResult<T, TEpilogue>(T* c, nint vectorStride, nint lineStride, nint rowStride, int batch, T alpha, T beta, TEpilogue epilogue)
    where T : unmanaged
    where TEpilogue : struct, IGemmEpilogue<T>
{
    /// <summary>Stores sums[v · sumStride + i] as line first + i, for count lines.</summary>
    public void Store<V>(T* sums, int sumStride, int first, int count, int few)
        where V : unmanaged, ISimd<V, T>
    {
        bool read = !Tile.IsZero(beta);
        for (int v = 0; v < few; v++, sums += sumStride)
        {
            T* target = c + (v * vectorStride) + (first * lineStride);
            if (lineStride == 1)
            {
                Tile.Merge<V, T>(sums, 0, target, 0, 1, count, alpha, beta);
                continue;
            }

            for (int i = 0; i < count; i++, target += lineStride)
            {
                T sum = Times(alpha, sums[i], default);
                *target = read ? Times(beta, *target, sum) : sum;
            }
        }
    }

    /// <summary>Applies the epilogue to finished lines.</summary>
    public void Finish(int first, int count, int few)
    {
        if (lineStride == 1) epilogue.Apply(batch, 0, first, c + first, (int)rowStride, few, count);
        else epilogue.Apply(batch, first, 0, c + (first * lineStride), (int)rowStride, count, few);
    }

    private static T Times(T a, T b, T sum) => typeof(T) == typeof(float)
        ? (T)(object)MathF.FusedMultiplyAdd((float)(object)a, (float)(object)b, (float)(object)sum)
        : (T)(object)Math.FusedMultiplyAdd((double)(object)a, (double)(object)b, (double)(object)sum);
}
