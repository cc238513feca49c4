namespace CudaNet.Cuda.Driver;

/// <summary>Whether a stream is being captured (CUstreamCaptureStatus).</summary>
public enum CudaStreamCaptureStatus
{
    /// <summary>It is not.</summary>
    None = 0,

    /// <summary>It is.</summary>
    Active = 1,

    /// <summary>The capture failed and has to be ended.</summary>
    Invalidated = 2,
}
