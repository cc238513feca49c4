using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Driver.Native;

/// <summary>CUuuid.</summary>
[InlineArray(16)]
internal struct DeviceUuid
{
    private byte _first;
}

/// <summary>CUDA_MEMCPY2D.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Memcpy2D
{
    public nuint SourceX, SourceY;
    public CudaMemoryType SourceType;
    public nint SourceHost, SourceDevice, SourceArray;
    public nuint SourcePitch;
    public nuint DestinationX, DestinationY;
    public CudaMemoryType DestinationType;
    public nint DestinationHost, DestinationDevice, DestinationArray;
    public nuint DestinationPitch;
    public nuint WidthInBytes, Height;
}

/// <summary>CUDA_MEMCPY3D.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Memcpy3D
{
    public nuint SourceX, SourceY, SourceZ, SourceLod;
    public CudaMemoryType SourceType;
    public nint SourceHost, SourceDevice, SourceArray, Reserved0;
    public nuint SourcePitch, SourceHeight;
    public nuint DestinationX, DestinationY, DestinationZ, DestinationLod;
    public CudaMemoryType DestinationType;
    public nint DestinationHost, DestinationDevice, DestinationArray, Reserved1;
    public nuint DestinationPitch, DestinationHeight;
    public nuint WidthInBytes, Height, Depth;
}

/// <summary>CUDA_MEMCPY3D_PEER: the same with the contexts where the other has reserved fields.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Memcpy3DPeer
{
    public nuint SourceX, SourceY, SourceZ, SourceLod;
    public CudaMemoryType SourceType;
    public nint SourceHost, SourceDevice, SourceArray, SourceContext;
    public nuint SourcePitch, SourceHeight;
    public nuint DestinationX, DestinationY, DestinationZ, DestinationLod;
    public CudaMemoryType DestinationType;
    public nint DestinationHost, DestinationDevice, DestinationArray, DestinationContext;
    public nuint DestinationPitch, DestinationHeight;
    public nuint WidthInBytes, Height, Depth;
}

/// <summary>CUmemLocation.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MemoryLocation
{
    /// <summary>1 for a device.</summary>
    public int Type;
    public int Id;
}

/// <summary>CUmemAccessDesc.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MemoryAccess
{
    public MemoryLocation Location;

    /// <summary>0 for none, 1 to read, 3 to read and write.</summary>
    public int Flags;
}

/// <summary>CUmemPoolProps. Later versions gave meaning to some of the reserved bytes and kept the size.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MemoryPoolProperties
{
    /// <summary>1 for pinned.</summary>
    public int AllocationType;
    public int HandleTypes;
    public MemoryLocation Location;
    public nint SecurityAttributes;
    public PoolReserved Reserved;

    [InlineArray(64)]
    public struct PoolReserved
    {
        private byte _first;
    }
}

/// <summary>CUlaunchAttribute: a number, and a value of 64 bytes that is aligned to 8.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal struct LaunchAttribute
{
    public const int Cooperative = 2, ClusterDimension = 4, ProgrammaticStreamSerialization = 6, Priority = 8;

    [FieldOffset(0)] public int Id;
    [FieldOffset(8)] public int Value;
    [FieldOffset(8)] public uint ClusterX;
    [FieldOffset(12)] public uint ClusterY;
    [FieldOffset(16)] public uint ClusterZ;

    // Makes the structure as aligned as it is in C.
    [FieldOffset(8)] private readonly long _alignment;
}

/// <summary>CUlaunchConfig.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LaunchConfiguration
{
    public uint GridX, GridY, GridZ;
    public uint BlockX, BlockY, BlockZ;
    public uint SharedBytes;
    public nint Stream;
    public LaunchAttribute* Attributes;
    public uint AttributeCount;
}
