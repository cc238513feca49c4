using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>Allocated device memory.</summary>
internal sealed unsafe class DeviceMemoryHandle : DriverHandle
{
    private DeviceMemoryHandle(nint address) => OwnInCurrentContext(address);

    public static DeviceMemoryHandle Allocate(long bytes)
    {
        CudaDriver.Initialize();
        nint address;
        DriverApi.cuMemAlloc_v2(&address, (nuint)bytes).Check($"{bytes} bytes were asked for.");
        return new(address);
    }

    public static DeviceMemoryHandle AllocatePitched(long width, long height, int elementBytes, out long pitch)
    {
        CudaDriver.Initialize();
        nint address;
        nuint chosen;
        // The driver knows elements of 4, 8 and 16 bytes; they only choose the alignment.
        var element = elementBytes <= 4 ? 4u : elementBytes <= 8 ? 8u : 16u;
        DriverApi.cuMemAllocPitch_v2(&address, &chosen, (nuint)width, (nuint)height, element).Check($"{height} rows of {width} bytes were asked for.");
        pitch = (long)chosen;
        return new(address);
    }

    public static DeviceMemoryHandle AllocateManaged(long bytes, CudaManagedAttach attach)
    {
        CudaDriver.Initialize();
        nint address;
        DriverApi.cuMemAllocManaged(&address, (nuint)bytes, attach).Check($"{bytes} bytes were asked for.");
        return new(address);
    }

    protected override CudaStatus Destroy(nint handle) => DriverApi.cuMemFree_v2(handle);
}

/// <summary>Device memory that belongs to someone else.</summary>
internal sealed class BorrowedMemoryHandle : NativeHandle
{
    private readonly object? _keepAlive;

    public BorrowedMemoryHandle(nint address, object? keepAlive)
    {
        _keepAlive = keepAlive;
        Own(address);
    }

    /// <summary>What owns it, so that it is not collected while this is used.</summary>
    public object? KeepAlive => _keepAlive;

    protected override bool ReleaseHandle() => true;
}
