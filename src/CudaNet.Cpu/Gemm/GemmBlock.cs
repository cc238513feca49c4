namespace CudaNet.Cpu.Gemm;

/// <summary>One step of a packed product: the part of A, B and C at work. Lives on the stack of the calling thread.</summary>
internal unsafe struct GemmBlock<TA, TB, T>
    where TA : unmanaged
    where TB : unmanaged
    where T : unmanaged
{
    /// <summary>The operands and the result of this product.</summary>
    public TA* A;
    public TB* B;
    public T* C;

    /// <summary>Panels of A [depth, kernel rows] and of B [depth, kernel columns], one after the other.</summary>
    public T* PackedA;
    public T* PackedB;

    /// <summary>Strides, as in <see cref="GemmShape"/>.</summary>
    public nint ARow;
    public nint AColumn;
    public nint BRow;
    public nint BColumn;
    public nint CRow;

    /// <summary>Index of the product, for the epilogue.</summary>
    public int Batch;

    /// <summary>The part of C.</summary>
    public int Row;
    public int Rows;
    public int Column;
    public int Columns;

    /// <summary>The part of the summed dimension.</summary>
    public int Start;
    public int Depth;

    /// <summary>Factors; β is 1 after the first part of the summed dimension.</summary>
    public T Alpha;
    public T Beta;

    /// <summary>No part of the summed dimension follows: C is complete after this step.</summary>
    public bool IsLast;

    /// <summary>B is new in this step.</summary>
    public bool PacksB;

    /// <summary>Whole panels of B are read in place; only the last, partial one is packed.</summary>
    public bool Direct;
}
