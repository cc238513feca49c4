namespace CudaNet.Cpu.Gemm;

/// <summary>What happens to each part of C as soon as its sum is complete and while it is in cache: bias, activation, residual.</summary>
/// <remarks>Called from several threads at once, exactly once for every element of C in each product; tiles are of any size.</remarks>
internal unsafe interface IGemmEpilogue<T>
    where T : unmanaged
{
    /// <summary>Works in place on a tile of C.</summary>
    /// <param name="batch">Index of the product.</param>
    /// <param name="row">Row of the tile's first element in C.</param>
    /// <param name="column">Column of the tile's first element in C.</param>
    /// <param name="c">First element of the tile.</param>
    /// <param name="rowStride">Elements from a row of the tile to the next; the column stride is 1.</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="columns">Columns of the tile.</param>
    void Apply(int batch, int row, int column, T* c, int rowStride, int rows, int columns);
}

/// <summary>Leaves C as it is, at no cost.</summary>
internal readonly unsafe struct NoEpilogue<T> : IGemmEpilogue<T>
    where T : unmanaged
{
    public void Apply(int batch, int row, int column, T* c, int rowStride, int rows, int columns)
    {
    }
}
