namespace CudaNet.Cuda.Driver;

/// <summary>Which calls are refused while a stream is captured (CUstreamCaptureMode).</summary>
public enum CudaStreamCaptureMode
{
    /// <summary>Unsafe calls of all threads.</summary>
    Global = 0,

    /// <summary>Unsafe calls of this thread.</summary>
    ThreadLocal = 1,

    /// <summary>None.</summary>
    Relaxed = 2,
}
