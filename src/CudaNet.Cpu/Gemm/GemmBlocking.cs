using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Gemm;

/// <summary>How a product is cut for the caches.</summary>
/// <param name="Rows">Rows of A that are packed at a time.</param>
/// <param name="Columns">Columns of B that are packed at a time.</param>
/// <param name="Depth">Length of the summed dimension at a time.</param>
/// <param name="TileRows">Rows of A that one thread works on at a time.</param>
internal readonly record struct GemmBlocking(int Rows, int Columns, int Depth, int TileRows)
{
    /// <summary>Blocks for a product: a panel of B fills two thirds of L1, a tile of A half of L2, a block of B a quarter of L3.</summary>
    public static unsafe GemmBlocking For<T>(int m, int n, int k, int kernelRows, int kernelColumns)
        where T : unmanaged
    {
        int deepest = (int)Math.Clamp(CacheInfo.L1 * 2 / 3 / (kernelColumns * sizeof(T)), 64, 1024) & ~7;
        int depth = Even(k, deepest, 8);
        long tileRows = CacheInfo.L2 / 2 / ((long)depth * sizeof(T));
        long rows = Math.Max(CacheInfo.L3 / 4, 2 << 20) / ((long)depth * sizeof(T));
        return new GemmBlocking(
            Even(m, (int)Math.Clamp(rows, 4 * kernelRows, 1 << 16), kernelRows),
            Even(n, (int)Math.Clamp(rows, 4 * kernelColumns, 1 << 16), kernelColumns),
            depth,
            (int)Math.Clamp(tileRows, kernelRows, 1 << 16) / kernelRows * kernelRows);
    }

    /// <summary>Cuts a size into parts of nearly the same length, at most largest, each but the last a multiple of unit.</summary>
    private static int Even(int size, int largest, int unit)
    {
        int parts = (size + largest - 1) / largest;
        int part = (size + parts - 1) / parts;
        return Math.Max(unit, (part + unit - 1) / unit * unit);
    }
}
