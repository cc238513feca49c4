namespace CudaNet.Cuda.Nvrtc;

/// <summary>How bad a message of the compiler is.</summary>
public enum NvrtcSeverity
{
    /// <summary>It compiles all the same.</summary>
    Warning,

    /// <summary>It does not compile.</summary>
    Error,

    /// <summary>The compiler gave up at once, as for a header that is not there.</summary>
    CatastrophicError,
}
