namespace CudaNet.Cuda.Cublas;

/// <summary>What is done to a matrix before it is multiplied (cublasOperation_t).</summary>
public enum CublasOperation
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It is transposed.</summary>
    Transpose = 1,

    /// <summary>It is transposed and conjugated.</summary>
    ConjugateTranspose = 2,

    /// <summary>It is conjugated.</summary>
    Conjugate = 3,
}
