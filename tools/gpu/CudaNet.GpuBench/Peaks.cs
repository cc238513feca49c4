using CudaNet.Cuda.Driver;

namespace CudaNet.GpuBench;

/// <summary>What a card can do at most, from multiprocessors and clock, never from its name.</summary>
internal static class Peaks
{
    /// <summary>Dense bf16 operations a second of the tensor cores with f32 sums; 0 for an architecture that is not known.</summary>
    public static double TensorFlops(CudaDeviceProperties device)
    {
        // Operations a clock of a multiprocessor.
        var each = (device.ComputeCapability.Major, device.ComputeCapability.Minor) switch
        {
            (8, 0) => 2048,
            (8, _) => 1024,
            (9, 0) => 4096,
            (12, _) => 1024,
            _ => 0,
        };
        return (double)each * device.MultiprocessorCount * device.ClockKilohertz * 1e3;
    }
}
