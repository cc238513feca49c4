namespace CudaNet.Tests.Gemm;

/// <summary>Strides to test an operand with.</summary>
public enum Storage
{
    /// <summary>Unit column stride.</summary>
    RowMajor,

    /// <summary>Unit row stride.</summary>
    Transposed,

    /// <summary>No unit stride.</summary>
    Strided,

    /// <summary>Negative strides.</summary>
    Reversed,

    /// <summary>All rows the same.</summary>
    Broadcast,
}
