namespace CudaNet.Cpu.Elementwise;

/// <summary>One loop call of a compiled program. A, B, C and Result are numbers of slots: places that hold a block or
/// one repeated value.</summary>
internal unsafe struct Operation
{
    public delegate*<void*, void*, void*, void*, nint, void> Loop;
    public int A;
    public int B;
    public int C;
    public int Result;

    /// <summary>All arguments are repeated values, and so is the result: one element is computed.</summary>
    public bool IsRepeated;
}
