namespace CudaNet.Cuda.Cudnn;

/// <summary>How a softmax is computed (cudnnSoftmaxAlgorithm_t).</summary>
public enum CudnnSoftmaxAlgorithm
{
    /// <summary>As written: large values overflow.</summary>
    Fast = 0,

    /// <summary>After subtracting the greatest.</summary>
    Accurate = 1,

    /// <summary>Its logarithm.</summary>
    Log = 2,
}
