namespace CudaNet.Cuda.Cublas;

/// <summary>On which side a matrix stands (cublasSideMode_t).</summary>
public enum CublasSide
{
    /// <summary>On the left.</summary>
    Left = 0,

    /// <summary>On the right.</summary>
    Right = 1,
}
