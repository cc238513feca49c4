namespace CudaNet.Cuda.Driver;

/// <summary>What the driver compiles PTX for (CUjit_target).</summary>
public enum CudaJitTarget
{
    /// <summary>Maxwell.</summary>
    Compute50 = 50,

    /// <summary>Maxwell.</summary>
    Compute52 = 52,

    /// <summary>Pascal.</summary>
    Compute60 = 60,

    /// <summary>Pascal.</summary>
    Compute61 = 61,

    /// <summary>Volta.</summary>
    Compute70 = 70,

    /// <summary>Turing.</summary>
    Compute75 = 75,

    /// <summary>Ampere, A100.</summary>
    Compute80 = 80,

    /// <summary>Ampere, RTX 30.</summary>
    Compute86 = 86,

    /// <summary>Ampere, Orin.</summary>
    Compute87 = 87,

    /// <summary>Ada.</summary>
    Compute89 = 89,

    /// <summary>Hopper.</summary>
    Compute90 = 90,
}
