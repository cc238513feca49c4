namespace CudaNet.Cuda.Cudnn;

/// <summary>How exact products are (cudnnMathType_t).</summary>
public enum CudnnMathType
{
    /// <summary>Tensor cores for half types; TF32 for float on Ampere and later.</summary>
    Default = 0,

    /// <summary>Tensor cores.</summary>
    TensorOp = 1,

    /// <summary>Tensor cores, also by rounding float to half.</summary>
    TensorOpAllowConversion = 2,

    /// <summary>No tensor cores.</summary>
    Fma = 3,
}
