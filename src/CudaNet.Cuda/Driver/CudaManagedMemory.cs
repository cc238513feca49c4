using CudaNet.Cuda.Driver.Native;

namespace CudaNet.Cuda.Driver;

/// <summary>Memory at one address for the host and all devices; the driver moves its pages.</summary>
public sealed unsafe class CudaManagedMemory<T> : IDisposable
    where T : unmanaged
{
    private readonly DeviceMemoryHandle _handle;

    /// <summary>Allocates in the current context.</summary>
    public CudaManagedMemory(long size, CudaManagedAttach attach = CudaManagedAttach.Global)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
        _handle = DeviceMemoryHandle.AllocateManaged(checked(size * sizeof(T)), attach);
    }

    /// <summary>Values that it has room for.</summary>
    public long Size { get; }

    /// <summary>Bytes that it has.</summary>
    public long SizeInBytes => Size * sizeof(T);

    /// <summary>Where it is, on both sides.</summary>
    public CudaDevicePointer DevicePointer
    {
        get
        {
            using var memory = _handle.Use();
            return new(memory);
        }
    }

    /// <summary>The values on the host. Before Pascal, and on Windows, only while no kernel runs; not after disposal.</summary>
    public Span<T> Span
    {
        get
        {
            using var memory = _handle.Use();
            return new((void*)memory.Value, checked((int)Size));
        }
    }

    /// <summary>One value.</summary>
    public ref T this[long index]
    {
        get
        {
            if ((ulong)index >= (ulong)Size) throw new ArgumentOutOfRangeException(nameof(index), $"{index} is outside of {Size} values.");
            using var memory = _handle.Use();
            return ref ((T*)memory.Value)[index];
        }
    }

    /// <summary>The pointer, as an argument of a kernel.</summary>
    public static implicit operator KernelArgument(CudaManagedMemory<T> memory) => memory.DevicePointer;

    /// <summary>Says how it will be used.</summary>
    /// <param name="advice">How.</param>
    /// <param name="device">By which card; null for the host.</param>
    public void Advise(CudaMemoryAdvice advice, CudaDevice? device)
    {
        using var memory = _handle.Use();
        DriverApi.cuMemAdvise(memory, (nuint)SizeInBytes, advice, device?.Handle ?? HostDevice).Check();
    }

    /// <summary>Enqueues moving it.</summary>
    /// <param name="device">To which card; null for the host.</param>
    /// <param name="stream">In which stream.</param>
    public void Prefetch(CudaDevice? device, CudaStream? stream = null)
    {
        using var memory = _handle.Use();
        using var queue = CudaStream.Use(stream);
        DriverApi.cuMemPrefetchAsync(memory, (nuint)SizeInBytes, device?.Handle ?? HostDevice, queue).Check();
    }

    /// <summary>Gives it to one stream only, so that the host need not wait for others.</summary>
    public void Attach(CudaStream stream, CudaManagedAttach attach = CudaManagedAttach.Single)
    {
        using var memory = _handle.Use();
        using var queue = CudaStream.Use(stream);
        DriverApi.cuStreamAttachMemAsync(queue, memory, 0, attach).Check();
    }

    /// <summary>Frees it.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>The number of the host where a device is asked for.</summary>
    private const int HostDevice = -1;
}
