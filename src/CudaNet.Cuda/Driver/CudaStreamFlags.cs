namespace CudaNet.Cuda.Driver;

/// <summary>Kinds of streams (CUstream_flags).</summary>
[Flags]
public enum CudaStreamFlags
{
    /// <summary>Waits for the default stream, and it for this one.</summary>
    Default = 0,

    /// <summary>Runs beside the default stream.</summary>
    NonBlocking = 1,
}
