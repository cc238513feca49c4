namespace CudaNet.Cuda.Driver;

/// <summary>Kinds of events (CUevent_flags).</summary>
[Flags]
public enum CudaEventFlags
{
    /// <summary>Takes the time.</summary>
    Default = 0,

    /// <summary>Waits for it asleep.</summary>
    BlockingSync = 1,

    /// <summary>Takes no time: cheaper, and fit for waiting only.</summary>
    DisableTiming = 2,

    /// <summary>Can be shared with other processes; only together with <see cref="DisableTiming"/>.</summary>
    Interprocess = 4,
}
