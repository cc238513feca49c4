using System.Globalization;

namespace CudaNet.VirtualGpu;

/// <summary>An address in the global memory of a virtual device.</summary>
/// <param name="Address">The address.</param>
public readonly record struct DevicePointer(ulong Address)
{
    /// <summary>The null pointer.</summary>
    public static DevicePointer Null => default;

    /// <summary>A pointer some bytes further.</summary>
    /// <param name="pointer">The pointer.</param>
    /// <param name="bytes">Bytes to add.</param>
    public static DevicePointer operator +(DevicePointer pointer, long bytes) => new(pointer.Address + (ulong)bytes);

    /// <summary>A pointer some bytes further.</summary>
    /// <param name="bytes">Bytes to add.</param>
    public DevicePointer Add(long bytes) => this + bytes;

    /// <summary>The address in hexadecimal.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Address:X}");
}
