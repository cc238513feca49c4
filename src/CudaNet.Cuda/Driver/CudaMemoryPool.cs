using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>A pool that streams allocate from: no call of the system, no wait, and reuse in the order of the work.</summary>
public sealed unsafe class CudaMemoryPool : IDisposable
{
    private readonly NativeHandle _handle;

    private CudaMemoryPool(NativeHandle handle) => _handle = handle;

    /// <summary>Makes one on a card.</summary>
    public CudaMemoryPool(CudaDevice device) => _handle = new PoolHandle(device);

    /// <summary>Bytes that it keeps when the device is synchronised; 0 gives all that is free back, long.MaxValue nothing.</summary>
    public long ReleaseThreshold
    {
        get => (long)Math.Min(long.MaxValue, Get(CudaMemoryPoolAttribute.ReleaseThreshold));
        set => Set(CudaMemoryPoolAttribute.ReleaseThreshold, (ulong)value);
    }

    /// <summary>Bytes that it holds.</summary>
    public long ReservedMemory => (long)Get(CudaMemoryPoolAttribute.ReservedMemoryCurrent);

    /// <summary>Bytes that are in use.</summary>
    public long UsedMemory => (long)Get(CudaMemoryPoolAttribute.UsedMemoryCurrent);

    /// <summary>The pool that a card's streams use unless told otherwise. Disposing it does nothing.</summary>
    public static CudaMemoryPool OfDevice(CudaDevice device)
    {
        nint pool;
        DriverApi.cuDeviceGetMemPool(&pool, device.Handle).Check();
        return new(new BorrowedMemoryHandle(pool, null));
    }

    /// <summary>Makes this the pool that a card's streams use.</summary>
    public void UseOn(CudaDevice device)
    {
        using var pool = _handle.Use();
        DriverApi.cuDeviceSetMemPool(device.Handle, pool).Check();
    }

    /// <summary>A setting or a count.</summary>
    public ulong Get(CudaMemoryPoolAttribute attribute)
    {
        using var pool = _handle.Use();
        // Three are numbers of 32 bits; what is not written stays zero.
        var value = 0ul;
        DriverApi.cuMemPoolGetAttribute(pool, attribute, &value).Check($"{attribute} was asked for.");
        return value;
    }

    /// <summary>Sets a setting, or a high mark to 0.</summary>
    public void Set(CudaMemoryPoolAttribute attribute, ulong value)
    {
        using var pool = _handle.Use();
        DriverApi.cuMemPoolSetAttribute(pool, attribute, &value).Check($"{attribute} = {value}.");
    }

    /// <summary>Gives free memory back until so many bytes are left.</summary>
    public void TrimTo(long bytesToKeep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesToKeep);
        using var pool = _handle.Use();
        DriverApi.cuMemPoolTrimTo(pool, (nuint)bytesToKeep).Check();
    }

    /// <summary>Lets another card use its memory, or not.</summary>
    public void SetAccess(CudaDevice device, bool readAndWrite)
    {
        using var pool = _handle.Use();
        var access = new MemoryAccess { Location = new() { Type = 1, Id = device.Handle }, Flags = readAndWrite ? 3 : 0 };
        DriverApi.cuMemPoolSetAccess(pool, &access, 1).Check();
    }

    /// <summary>True if the card can use its memory.</summary>
    public bool HasAccess(CudaDevice device)
    {
        using var pool = _handle.Use();
        var location = new MemoryLocation { Type = 1, Id = device.Handle };
        int flags;
        DriverApi.cuMemPoolGetAccess(&flags, pool, &location).Check();
        return flags == 3;
    }

    /// <summary>Memory for the work that follows in the stream; given back by <see cref="Free"/>.</summary>
    public CudaDevicePointer Allocate(long bytes, CudaStream? stream = null)
    {
        using var pool = _handle.Use();
        using var queue = CudaStream.Use(stream);
        nint address;
        DriverApi.cuMemAllocFromPoolAsync(&address, (nuint)bytes, pool, queue).Check($"{bytes} bytes were asked for.");
        return new(address);
    }

    /// <summary>Gives memory back once the work before in the stream is done.</summary>
    public static void Free(CudaDevicePointer pointer, CudaStream? stream = null)
    {
        using var queue = CudaStream.Use(stream);
        DriverApi.cuMemFreeAsync(pointer.Value, queue).Check();
    }

    /// <summary>Ends it once all of its memory is given back.</summary>
    public void Dispose() => _handle.Dispose();

    private sealed class PoolHandle : NativeHandle
    {
        public PoolHandle(CudaDevice device)
        {
            var properties = new MemoryPoolProperties { AllocationType = 1, Location = new() { Type = 1, Id = device.Handle } };
            nint pool;
            DriverApi.cuMemPoolCreate(&pool, &properties).Check();
            Own(pool);
        }

        protected override bool ReleaseHandle() => DriverApi.cuMemPoolDestroy(handle) == CudaStatus.Success;
    }
}
