using System.Globalization;

namespace CudaNet.Cuda.Driver;

/// <summary>An address in device memory.</summary>
public readonly record struct CudaDevicePointer(nint Value)
{
    /// <summary>No address.</summary>
    public static CudaDevicePointer Null => default;

    /// <summary>True for no address.</summary>
    public bool IsNull => Value == 0;

    /// <summary>So many bytes further.</summary>
    public static CudaDevicePointer operator +(CudaDevicePointer pointer, long bytes) => new(pointer.Value + (nint)bytes);

    /// <summary>So many bytes further.</summary>
    public CudaDevicePointer Add(long bytes) => this + bytes;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Value:X}");
}
