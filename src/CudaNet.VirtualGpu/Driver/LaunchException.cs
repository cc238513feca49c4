namespace CudaNet.VirtualGpu;

/// <summary>A launch that does not fit the kernel's signature or the card; nothing was run.</summary>
public sealed class LaunchException : VirtualGpuException
{
    internal LaunchException(LaunchErrorKind kind, string message)
        : base(message) => Kind = kind;

    /// <summary>Why.</summary>
    public LaunchErrorKind Kind { get; }
}
