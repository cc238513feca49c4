namespace CudaNet.Cuda.Cublas;

/// <summary>How a product is computed (cublasGemmAlgo_t). On Ampere and later the library chooses whatever is asked for.</summary>
public enum CublasAlgorithm
{
    /// <summary>The library chooses.</summary>
    Default = -1,

    /// <summary>The library chooses among those for tensor cores.</summary>
    DefaultTensorOp = 99,
}
