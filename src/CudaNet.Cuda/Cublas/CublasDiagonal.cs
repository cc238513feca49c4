namespace CudaNet.Cuda.Cublas;

/// <summary>What stands on a triangular matrix's diagonal (cublasDiagType_t).</summary>
public enum CublasDiagonal
{
    /// <summary>Its values.</summary>
    NonUnit = 0,

    /// <summary>Ones, whatever its values are.</summary>
    Unit = 1,
}
