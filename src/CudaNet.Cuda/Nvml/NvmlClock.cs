namespace CudaNet.Cuda.Nvml;

/// <summary>Clocks of a card (nvmlClockType_t).</summary>
public enum NvmlClock
{
    /// <summary>Of the shaders.</summary>
    Graphics = 0,

    /// <summary>Of the multiprocessors.</summary>
    Sm = 1,

    /// <summary>Of the memory.</summary>
    Memory = 2,

    /// <summary>Of the video engines.</summary>
    Video = 3,
}
