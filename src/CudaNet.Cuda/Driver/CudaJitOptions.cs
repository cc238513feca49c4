namespace CudaNet.Cuda.Driver;

/// <summary>How the driver compiles PTX.</summary>
public sealed record CudaJitOptions
{
    /// <summary>Registers that a thread may have; null for no limit.</summary>
    public int? MaxRegisters { get; init; }

    /// <summary>0 to 4; null for the driver's default, which is 4.</summary>
    public int? OptimizationLevel { get; init; }

    /// <summary>Compile for this instead of the device of the context.</summary>
    public CudaJitTarget? Target { get; init; }

    /// <summary>Keep source lines, for profilers and error reports.</summary>
    public bool GenerateLineInfo { get; init; }

    /// <summary>Code for a debugger.</summary>
    public bool GenerateDebugInfo { get; init; }

    /// <summary>Registers, spills and shared memory of each kernel in the log.</summary>
    public bool VerboseLog { get; init; }

    /// <summary>Bytes of each of the two logs.</summary>
    public int LogBytes { get; init; } = 16 << 10;
}
