namespace CudaNet.Cuda.Cublas;

/// <summary>Which half of a matrix is used (cublasFillMode_t).</summary>
public enum CublasFillMode
{
    /// <summary>The lower.</summary>
    Lower = 0,

    /// <summary>The upper.</summary>
    Upper = 1,

    /// <summary>Both.</summary>
    Full = 2,
}
