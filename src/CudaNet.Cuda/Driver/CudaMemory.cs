using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>Copies, fills and questions about pointers. Without a stream a call waits, with one it only enqueues.</summary>
public static unsafe class CudaMemory
{
    /// <summary>Copies between any two addresses that the driver knows.</summary>
    public static void Copy(CudaDevicePointer destination, CudaDevicePointer source, long bytes, CudaStream? stream = null)
    {
        CudaDriver.Initialize();
        using var queue = CudaStream.Use(stream);
        if (stream is null) DriverApi.cuMemcpy(destination.Value, source.Value, (nuint)bytes).Check();
        else DriverApi.cuMemcpyAsync(destination.Value, source.Value, (nuint)bytes, queue).Check();
    }

    /// <summary>Copies rows.</summary>
    public static void Copy(in CudaCopy2D copy, CudaStream? stream = null)
    {
        CudaDriver.Initialize();
        var native = ToNative(copy);
        using var queue = CudaStream.Use(stream);
        // The checked variant refuses pitches that another allocator than ours may have chosen.
        if (stream is null) DriverApi.cuMemcpy2DUnaligned_v2(&native).Check();
        else DriverApi.cuMemcpy2DAsync_v2(&native, queue).Check();
    }

    /// <summary>Copies layers of rows.</summary>
    public static void Copy(in CudaCopy3D copy, CudaStream? stream = null)
    {
        CudaDriver.Initialize();
        var native = ToNative(copy);
        using var queue = CudaStream.Use(stream);
        if (stream is null) DriverApi.cuMemcpy3D_v2(&native).Check();
        else DriverApi.cuMemcpy3DAsync_v2(&native, queue).Check();
    }

    /// <summary>Copies between two cards.</summary>
    public static void CopyPeer(CudaDevicePointer destination, CudaContext destinationContext, CudaDevicePointer source, CudaContext sourceContext, long bytes, CudaStream? stream = null)
    {
        using var queue = CudaStream.Use(stream);
        nint to = destinationContext.Handle, from = sourceContext.Handle;
        if (stream is null) DriverApi.cuMemcpyPeer(destination.Value, to, source.Value, from, (nuint)bytes).Check();
        else DriverApi.cuMemcpyPeerAsync(destination.Value, to, source.Value, from, (nuint)bytes, queue).Check();
    }

    /// <summary>Copies layers of rows between two cards.</summary>
    public static void CopyPeer(in CudaCopy3D copy, CudaContext destinationContext, CudaContext sourceContext, CudaStream? stream = null)
    {
        var flat = ToNative(copy);
        // The two structures differ in two reserved fields, which hold the contexts.
        var native = *(Memcpy3DPeer*)&flat;
        native.SourceContext = sourceContext.Handle;
        native.DestinationContext = destinationContext.Handle;
        using var queue = CudaStream.Use(stream);
        if (stream is null) DriverApi.cuMemcpy3DPeer(&native).Check();
        else DriverApi.cuMemcpy3DPeerAsync(&native, queue).Check();
    }

    /// <summary>Fills with a byte.</summary>
    public static void Fill(CudaDevicePointer destination, byte value, long count, CudaStream? stream = null)
    {
        CudaDriver.Initialize();
        using var queue = CudaStream.Use(stream);
        if (stream is null) DriverApi.cuMemsetD8_v2(destination.Value, value, (nuint)count).Check();
        else DriverApi.cuMemsetD8Async(destination.Value, value, (nuint)count, queue).Check();
    }

    /// <summary>Fills with a number of 16 bits.</summary>
    public static void Fill(CudaDevicePointer destination, ushort value, long count, CudaStream? stream = null)
    {
        CudaDriver.Initialize();
        using var queue = CudaStream.Use(stream);
        if (stream is null) DriverApi.cuMemsetD16_v2(destination.Value, value, (nuint)count).Check();
        else DriverApi.cuMemsetD16Async(destination.Value, value, (nuint)count, queue).Check();
    }

    /// <summary>Fills with a number of 32 bits.</summary>
    public static void Fill(CudaDevicePointer destination, uint value, long count, CudaStream? stream = null)
    {
        CudaDriver.Initialize();
        using var queue = CudaStream.Use(stream);
        if (stream is null) DriverApi.cuMemsetD32_v2(destination.Value, value, (nuint)count).Check();
        else DriverApi.cuMemsetD32Async(destination.Value, value, (nuint)count, queue).Check();
    }

    /// <summary>Where an address points to; <see cref="CudaMemoryType.None"/> for memory that the driver does not know.</summary>
    public static CudaMemoryType GetMemoryType(nint pointer)
    {
        CudaDriver.Initialize();
        var type = 0u;
        var status = DriverApi.cuPointerGetAttribute(&type, CudaPointerAttribute.MemoryType, pointer);
        if (status == CudaStatus.InvalidValue) return CudaMemoryType.None;
        status.Check(call: nameof(DriverApi.cuPointerGetAttribute));
        return (CudaMemoryType)type;
    }

    /// <summary>What the driver tells of an address, as a number.</summary>
    public static long GetPointerAttribute(CudaPointerAttribute attribute, nint pointer)
    {
        CudaDriver.Initialize();
        // The answers have 4 or 8 bytes; what is not written stays zero.
        var value = 0L;
        DriverApi.cuPointerGetAttribute(&value, attribute, pointer).Check($"{attribute} was asked for.");
        return value;
    }

    /// <summary>Makes all copies of an allocation synchronous, or takes that back.</summary>
    public static void SetSynchronousCopies(CudaDevicePointer pointer, bool always)
    {
        CudaDriver.Initialize();
        var value = always ? 1u : 0u;
        DriverApi.cuPointerSetAttribute(&value, CudaPointerAttribute.SyncMemops, pointer.Value).Check();
    }

    /// <summary>The allocation that an address is in.</summary>
    public static (CudaDevicePointer Start, long Bytes) GetAllocation(CudaDevicePointer pointer)
    {
        CudaDriver.Initialize();
        nint start;
        nuint bytes;
        DriverApi.cuMemGetAddressRange_v2(&start, &bytes, pointer.Value).Check();
        return (new(start), (long)bytes);
    }

    internal static ContextScope Enter(NativeHandle handle) => handle is DriverHandle { Context: var context } ? ContextScope.Enter(context) : default;

    internal static void CopyToDevice(nint destination, void* source, long bytes, NativeHandle handle)
    {
        using var scope = Enter(handle);
        if (bytes > 0) DriverApi.cuMemcpyHtoD_v2(destination, source, (nuint)bytes).Check();
    }

    internal static void CopyToHost(void* destination, nint source, long bytes, NativeHandle handle)
    {
        using var scope = Enter(handle);
        if (bytes > 0) DriverApi.cuMemcpyDtoH_v2(destination, source, (nuint)bytes).Check();
    }

    internal static Memcpy2D ToNative(in CudaCopy2D copy) => new()
    {
        SourceX = (nuint)copy.Source.X,
        SourceY = (nuint)copy.Source.Y,
        SourceType = copy.Source.Type,
        SourceHost = copy.Source.HostAddress,
        SourceDevice = copy.Source.DeviceAddress,
        SourcePitch = (nuint)copy.Source.Pitch,
        DestinationX = (nuint)copy.Destination.X,
        DestinationY = (nuint)copy.Destination.Y,
        DestinationType = copy.Destination.Type,
        DestinationHost = copy.Destination.HostAddress,
        DestinationDevice = copy.Destination.DeviceAddress,
        DestinationPitch = (nuint)copy.Destination.Pitch,
        WidthInBytes = (nuint)copy.WidthInBytes,
        Height = (nuint)copy.Height,
    };

    internal static Memcpy3D ToNative(in CudaCopy3D copy) => new()
    {
        SourceX = (nuint)copy.Source.X,
        SourceY = (nuint)copy.Source.Y,
        SourceZ = (nuint)copy.Source.Z,
        SourceType = copy.Source.Type,
        SourceHost = copy.Source.HostAddress,
        SourceDevice = copy.Source.DeviceAddress,
        SourcePitch = (nuint)copy.Source.Pitch,
        SourceHeight = (nuint)copy.Source.Rows,
        DestinationX = (nuint)copy.Destination.X,
        DestinationY = (nuint)copy.Destination.Y,
        DestinationZ = (nuint)copy.Destination.Z,
        DestinationType = copy.Destination.Type,
        DestinationHost = copy.Destination.HostAddress,
        DestinationDevice = copy.Destination.DeviceAddress,
        DestinationPitch = (nuint)copy.Destination.Pitch,
        DestinationHeight = (nuint)copy.Destination.Rows,
        WidthInBytes = (nuint)copy.WidthInBytes,
        Height = (nuint)copy.Height,
        Depth = (nuint)copy.Depth,
    };
}
