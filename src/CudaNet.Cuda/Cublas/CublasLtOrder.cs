namespace CudaNet.Cuda.Cublas;

/// <summary>How a matrix lies in memory (cublasLtOrder_t).</summary>
public enum CublasLtOrder
{
    /// <summary>Column after column.</summary>
    Column = 0,

    /// <summary>Row after row.</summary>
    Row = 1,

    /// <summary>Tiles of 32 columns.</summary>
    Column32 = 2,

    /// <summary>For int8 on Turing.</summary>
    Column4Times4Rows2Times8Columns = 3,

    /// <summary>For int8 on Ampere.</summary>
    Column32Times2Rows4Times4 = 4,
}
