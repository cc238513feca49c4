namespace CudaNet.VirtualGpu;

/// <summary>Base of every exception of the virtual GPU.</summary>
public class VirtualGpuException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, why, and what to do.</param>
    public VirtualGpuException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What happened, why, and what to do.</param>
    /// <param name="inner">The cause.</param>
    public VirtualGpuException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
