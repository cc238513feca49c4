namespace CudaNet.Cpu.Recurrence;

/// <summary>A part of the batch and of the units, with the products of a step for it.</summary>
/// <param name="Row">First row.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Unit">First unit.</param>
/// <param name="Units">Units.</param>
/// <param name="RowStride">Elements of the products from a row to the next.</param>
/// <param name="ProductStride">Elements from a product to the next.</param>
internal readonly record struct CellTile(int Row, int Rows, int Unit, int Units, nint RowStride, nint ProductStride);
