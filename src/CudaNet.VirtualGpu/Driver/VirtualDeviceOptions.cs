namespace CudaNet.VirtualGpu;

/// <summary>Settings of a virtual device.</summary>
public sealed record VirtualDeviceOptions
{
    /// <summary>The card whose limits apply.</summary>
    public GpuCard Card { get; init; } = GpuCard.A100;

    /// <summary>Bytes of global memory.</summary>
    public long MemoryBytes { get; init; } = 8L << 30;

    /// <summary>The checkers of every launch.</summary>
    public CheckOptions Checks { get; init; } = CheckOptions.All;

    /// <summary>Throw <see cref="KernelFaultException"/> when a checker finds something; otherwise findings are only in the result.</summary>
    public bool ThrowOnFinding { get; init; } = true;

    /// <summary>Cores to run blocks on.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Warp instructions after which a block is taken for an endless loop.</summary>
    public long InstructionLimit { get; init; } = 1L << 32;

    /// <summary>Receives each text that a kernel prints; null for none. It is called from several threads, one call at a time.</summary>
    public Action<string>? Print { get; init; }
}
