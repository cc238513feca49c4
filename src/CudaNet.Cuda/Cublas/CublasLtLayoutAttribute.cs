namespace CudaNet.Cuda.Cublas;

/// <summary>A property of a matrix's layout (cublasLtMatrixLayoutAttribute_t).</summary>
public enum CublasLtLayoutAttribute
{
    /// <summary>A <see cref="CudaDataType"/>.</summary>
    Type = 0,

    /// <summary>A <see cref="CublasLtOrder"/>.</summary>
    Order = 1,

    /// <summary>Rows, 64 bits.</summary>
    Rows = 2,

    /// <summary>Columns, 64 bits.</summary>
    Columns = 3,

    /// <summary>Values from one column, or row, to the next, 64 bits.</summary>
    LeadingDimension = 4,

    /// <summary>Matrices, 32 bits.</summary>
    BatchCount = 5,

    /// <summary>Values from one matrix to the next, 64 bits.</summary>
    StridedBatchOffset = 6,

    /// <summary>Bytes from the real to the imaginary plane, 64 bits.</summary>
    PlaneOffset = 7,
}
