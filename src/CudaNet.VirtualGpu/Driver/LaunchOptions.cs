namespace CudaNet.VirtualGpu;

/// <summary>How a kernel is launched, beyond grid, block and arguments.</summary>
public sealed record LaunchOptions
{
    /// <summary>The checkers; null for those of the device.</summary>
    public CheckOptions? Checks { get; init; }

    /// <summary>All blocks are resident at once and may wait for one another: cooperative groups' grid sync. Runs on one core.</summary>
    public bool Cooperative { get; init; }

    /// <summary>Throw <see cref="KernelFaultException"/> when a checker finds something; null for the setting of the device.</summary>
    public bool? ThrowOnFinding { get; init; }
}
