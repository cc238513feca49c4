using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>A point in the work of a stream, to wait for and to take times at.</summary>
public sealed unsafe class CudaEvent : IDisposable
{
    private readonly EventHandle _handle;

    /// <summary>Makes one in the current context.</summary>
    public CudaEvent(CudaEventFlags flags = CudaEventFlags.Default) => _handle = new(flags);

    /// <summary>The number by which the driver calls it.</summary>
    public CudaEventHandle Handle
    {
        get
        {
            using var lease = _handle.Use();
            return new(lease);
        }
    }

    /// <summary>The time between two events, both recorded with timing and done.</summary>
    public static TimeSpan ElapsedTime(CudaEvent start, CudaEvent end)
    {
        using var first = start._handle.Use();
        using var second = end._handle.Use();
        float milliseconds;
        DriverApi.cuEventElapsedTime(&milliseconds, first, second).Check();
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>It happens when the stream's work so far is done.</summary>
    public void Record(CudaStream? stream = null)
    {
        using var scope = ContextScope.Enter(_handle.Context);
        using var lease = _handle.Use();
        using var queue = CudaStream.Use(stream);
        DriverApi.cuEventRecord(lease, queue).Check();
    }

    /// <summary>Waits for it.</summary>
    public void Synchronize()
    {
        using var lease = _handle.Use();
        DriverApi.cuEventSynchronize(lease).Check();
    }

    /// <summary>True if it has happened, or was never recorded.</summary>
    public bool Query()
    {
        using var lease = _handle.Use();
        var status = DriverApi.cuEventQuery(lease);
        if (status == CudaStatus.NotReady) return false;
        status.Check(call: nameof(DriverApi.cuEventQuery));
        return true;
    }

    /// <summary>Ends it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();

    private sealed class EventHandle : DriverHandle
    {
        public EventHandle(CudaEventFlags flags)
        {
            CudaDriver.Initialize();
            nint created;
            DriverApi.cuEventCreate(&created, flags).Check();
            OwnInCurrentContext(created);
        }

        protected override CudaStatus Destroy(nint handle) => DriverApi.cuEventDestroy_v2(handle);
    }
}
