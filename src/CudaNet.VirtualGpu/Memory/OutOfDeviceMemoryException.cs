namespace CudaNet.VirtualGpu;

/// <summary>The device has not enough memory left for an allocation.</summary>
public sealed class OutOfDeviceMemoryException : VirtualGpuException
{
    internal OutOfDeviceMemoryException(long requested, long used, long capacity)
        : base($"Allocate: {requested} bytes are wanted, {capacity - used} of {capacity} bytes are free. Free memory, or create the device with more.")
    {
        Requested = requested;
        Available = capacity - used;
    }

    /// <summary>Bytes asked for.</summary>
    public long Requested { get; }

    /// <summary>Bytes that were free.</summary>
    public long Available { get; }
}
