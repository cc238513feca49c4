using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Attention;

/// <summary>What the kernels of attention do with blocks of scores [keys, columns] and results [E, columns].</summary>
internal static unsafe class ScoreBlock
{
    /// <summary>Keys of a block that fills half of L1, whole panels of the left operand.</summary>
    public static int Keys<T>(int columns, int panelRows)
        where T : unmanaged =>
        (int)Math.Clamp(CacheInfo.L1 / 2 / (columns * sizeof(T)), panelRows, 1024) / panelRows * panelRows;

    /// <summary>Adds a bias [queries, keys] of any strides to scores.</summary>
    /// <param name="bias">Its element of the first query and key.</param>
    /// <param name="strides">How it lies.</param>
    /// <param name="width">Queries that exist.</param>
    /// <param name="columns">Queries of the tile.</param>
    /// <param name="count">Keys.</param>
    /// <param name="panel">Room for as many elements as scores.</param>
    /// <param name="scores">[count, columns].</param>
    public static void AddBias<TSource, T>(TSource* bias, HeadStrides strides, int width, int columns, int count, T* panel, T* scores)
        where TSource : unmanaged
        where T : unmanaged, INumberBase<T>
    {
        GemmPacking.PackPanel(bias, strides.Row, strides.Column, width, columns, count, panel);
        SimdLoop.Binary<T, AddOperator<T>>(scores, panel, scores, (nint)count * columns);
    }

    /// <summary>Elements of <see cref="StoreTransposed"/>'s room: whole 16 bytes a row, as the transposition stores them.</summary>
    public static int Padded(int depth) => (depth + 3) & ~3;

    /// <summary>Writes columns of [depth, columns] as rows of the target, rounded to its type.</summary>
    /// <param name="source">[depth, columns].</param>
    /// <param name="columns">Distance of the rows of source.</param>
    /// <param name="depth">Elements of a row of the target.</param>
    /// <param name="width">Rows of the target.</param>
    /// <param name="target">[width, depth].</param>
    /// <param name="type">Its type.</param>
    /// <param name="rows">Room for width rows of <see cref="Padded"/> elements.</param>
    public static void StoreTransposed<TSource, T>(T* source, int columns, int depth, int width, TSource* target, DType type, T* rows)
        where TSource : unmanaged
        where T : unmanaged
    {
        var padded = Padded(depth);
        if (typeof(TSource) == typeof(T) && padded == depth)
        {
            GemmTransposition.Run(source, columns, depth, depth, width, (T*)target);
            return;
        }
        GemmTransposition.Run(source, columns, depth, padded, width, rows);
        for (var row = 0; row < width; row++, rows += padded, target += depth)
        {
            if (typeof(TSource) == typeof(T)) new ReadOnlySpan<T>(rows, depth).CopyTo(new((T*)target, depth));
            else HalfConversion.Narrow(type, (float*)rows, (nint)target, depth);
        }
    }
}
