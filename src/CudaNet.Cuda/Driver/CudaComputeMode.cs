namespace CudaNet.Cuda.Driver;

/// <summary>Who may use a device (CUcomputemode).</summary>
public enum CudaComputeMode
{
    /// <summary>Several processes.</summary>
    Default = 0,

    /// <summary>Nobody.</summary>
    Prohibited = 2,

    /// <summary>One process.</summary>
    ExclusiveProcess = 3,
}
