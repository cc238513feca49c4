using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>Host memory that stays in place, so that copies of it can overlap with kernels.</summary>
public sealed unsafe class CudaPageLockedHostMemory<T> : IDisposable
    where T : unmanaged
{
    private readonly HostHandle _handle;

    private CudaPageLockedHostMemory(HostHandle handle, long size) => (_handle, Size) = (handle, size);

    /// <summary>Allocates it.</summary>
    public CudaPageLockedHostMemory(long size, CudaHostAllocFlags flags = CudaHostAllocFlags.None)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
        _handle = HostHandle.Allocate(checked(size * sizeof(T)), flags);
    }

    /// <summary>Values that it has room for.</summary>
    public long Size { get; }

    /// <summary>Bytes that it has.</summary>
    public long SizeInBytes => Size * sizeof(T);

    /// <summary>The values; not after disposal.</summary>
    public Span<T> Span
    {
        get
        {
            using var memory = _handle.Use();
            return new((void*)memory.Value, checked((int)Size));
        }
    }

    /// <summary>Where it is on the host.</summary>
    public nint HostPointer
    {
        get
        {
            using var memory = _handle.Use();
            return memory;
        }
    }

    /// <summary>Where the device sees it.</summary>
    public CudaDevicePointer DevicePointer
    {
        get
        {
            using var memory = _handle.Use();
            nint address;
            DriverApi.cuMemHostGetDevicePointer_v2(&address, memory, 0).Check();
            return new(address);
        }
    }

    /// <summary>Its kind.</summary>
    public CudaHostAllocFlags Flags
    {
        get
        {
            using var memory = _handle.Use();
            CudaHostAllocFlags flags;
            DriverApi.cuMemHostGetFlags(&flags, memory).Check();
            return flags;
        }
    }

    /// <summary>Pins memory that is there already; disposing this unpins it and leaves it to its owner.</summary>
    public static CudaPageLockedHostMemory<T> Register(nint pointer, long size, CudaHostRegisterFlags flags = CudaHostRegisterFlags.None)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return new(HostHandle.Register(pointer, checked(size * sizeof(T)), flags), size);
    }

    /// <summary>Frees it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();

    private sealed class HostHandle : DriverHandle
    {
        private readonly bool _registered;

        private HostHandle(nint pointer, bool registered)
        {
            _registered = registered;
            OwnInCurrentContext(pointer);
        }

        public static HostHandle Allocate(long bytes, CudaHostAllocFlags flags)
        {
            CudaDriver.Initialize();
            nint pointer;
            DriverApi.cuMemHostAlloc(&pointer, (nuint)bytes, flags).Check($"{bytes} bytes were asked for.");
            return new(pointer, registered: false);
        }

        public static HostHandle Register(nint pointer, long bytes, CudaHostRegisterFlags flags)
        {
            CudaDriver.Initialize();
            DriverApi.cuMemHostRegister_v2(pointer, (nuint)bytes, flags).Check();
            return new(pointer, registered: true);
        }

        protected override CudaStatus Destroy(nint handle) => _registered ? DriverApi.cuMemHostUnregister(handle) : DriverApi.cuMemFreeHost(handle);
    }
}
