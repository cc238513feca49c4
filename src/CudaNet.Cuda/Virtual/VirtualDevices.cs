using CudaNet.VirtualGpu;

namespace CudaNet.Cuda.Virtual;

/// <summary>The virtual device as the environment wants it.</summary>
public static class VirtualDevices
{
    /// <summary>An A100 with all checkers and memory as the machine allows: it is touched twice, for the bytes and for what is
    /// known of them.</summary>
    public static VirtualDeviceOptions Default { get; } = new()
    {
        MemoryBytes = Math.Min(new VirtualDeviceOptions().MemoryBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4),
    };

    /// <summary>The card of CUDANET_VIRTUAL_CARD (a100, h100 or rtx4090), without checkers where CUDANET_VIRTUAL_CHECKS is 0: faster, and blind.</summary>
    /// <exception cref="DeviceException">There is no such card.</exception>
    public static VirtualDeviceOptions FromEnvironment()
    {
        var name = Environment.GetEnvironmentVariable("CUDANET_VIRTUAL_CARD") ?? "a100";
        return Default with
        {
            Card = name.ToLowerInvariant() switch
            {
                "a100" => GpuCard.A100,
                "h100" => GpuCard.H100,
                "rtx4090" => GpuCard.Rtx4090,
                _ => throw new DeviceException($"CUDANET_VIRTUAL_CARD is '{name}'. Known are a100, h100 and rtx4090."),
            },
            Checks = Environment.GetEnvironmentVariable("CUDANET_VIRTUAL_CHECKS") == "0" ? CheckOptions.None : CheckOptions.All,
        };
    }
}
