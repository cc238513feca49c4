namespace CudaNet.Cpu.Recurrence;

/// <summary>What a recurrent network does at a step behind the matrix product, for a tile of rows (sequences) and units.</summary>
internal unsafe interface IRecurrentCell<T>
    where T : unmanaged
{
    /// <summary>Elements from a row of <see cref="Operand"/> to the next.</summary>
    nint OperandStride { get; }

    /// <summary>Whether a last product follows the last step, for <see cref="Finish"/>.</summary>
    bool Finishes { get; }

    /// <summary>Computes the tile.</summary>
    /// <param name="time">Time of the step.</param>
    /// <param name="products">Products of the tile, one after the other; for each whole vectors can be read.</param>
    /// <param name="tile">Where the tile lies.</param>
    void Step(int time, T* products, in CellTile tile);

    /// <summary>What the next step multiplies: value 0 of a segment of row 0, of what <see cref="Step"/> has made at a time.</summary>
    T* Operand(int time, int segment);

    /// <summary>Works on the product behind the last step.</summary>
    void Finish(T* products, in CellTile tile);
}
