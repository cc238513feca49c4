using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Recurrence;

/// <summary>What gradients carry from step to step beside the product.</summary>
internal static unsafe class Carry
{
    /// <summary>Adds the product behind the last step to what is carried: the gradient of the initial hidden state.</summary>
    public static void Finish<T, V>(T* products, T* carried, int units, in CellTile tile)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
    {
        for (var r = 0; r < tile.Rows; r++, products += tile.RowStride)
        {
            var to = carried + (nint)(tile.Row + r) * units + tile.Unit;
            for (nint j = 0; j < tile.Units; j += V.Count) Part.Store(V.Load(products + j) + Part.Load<V, T>(to + j, tile.Units - j), to + j, tile.Units - j);
        }
    }
}
