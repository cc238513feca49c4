namespace CudaNet.Cuda.Driver;

/// <summary>One end of a copy of rows or of layers of rows.</summary>
/// <param name="Type">Host, device, or an address that tells by itself.</param>
/// <param name="Address">The first byte.</param>
/// <param name="Pitch">Bytes from one row to the next.</param>
/// <param name="Rows">Rows from one layer to the next; 0 in two dimensions.</param>
public readonly record struct CudaCopyPlace(CudaMemoryType Type, nint Address, long Pitch, long Rows = 0)
{
    /// <summary>The first byte of a row that takes part.</summary>
    public long X { get; init; }

    /// <summary>The first row that takes part.</summary>
    public long Y { get; init; }

    /// <summary>The first layer that takes part.</summary>
    public long Z { get; init; }

    /// <summary>In host memory.</summary>
    public static CudaCopyPlace Host(nint pointer, long pitch, long rows = 0) => new(CudaMemoryType.Host, pointer, pitch, rows);

    /// <summary>In device memory.</summary>
    public static CudaCopyPlace Device(CudaDevicePointer pointer, long pitch, long rows = 0) => new(CudaMemoryType.Device, pointer.Value, pitch, rows);

    internal nint HostAddress => Type == CudaMemoryType.Host ? Address : 0;

    internal nint DeviceAddress => Type == CudaMemoryType.Host ? 0 : Address;
}
