namespace CudaNet.Cuda.Driver;

/// <summary>How a context waits for its device (CUctx_flags).</summary>
[Flags]
public enum CudaContextFlags
{
    /// <summary>The driver chooses between spinning and yielding.</summary>
    Auto = 0,

    /// <summary>Waits in a loop: least latency, a busy core.</summary>
    Spin = 1,

    /// <summary>Waits in a loop that lets other threads run.</summary>
    Yield = 2,

    /// <summary>Waits asleep.</summary>
    BlockingSync = 4,

    /// <summary>Pinned memory may be mapped; always on since CUDA 11.</summary>
    MapHost = 8,

    /// <summary>Keeps the local memory of the largest kernel, so that later launches need no allocation.</summary>
    LocalMemoryResizeToMax = 16,
}
