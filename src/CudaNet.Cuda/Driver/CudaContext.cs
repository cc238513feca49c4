using CudaNet.Cuda.Driver.Native;

namespace CudaNet.Cuda.Driver;

/// <summary>A context: the device memory, modules and streams of a process on a card.</summary>
/// <remarks>All that is made in a context keeps it. Disposing the context first does no harm: it ends with the last of them.</remarks>
public sealed unsafe class CudaContext : IDisposable
{
    private readonly ContextHandle _handle;

    private CudaContext(CudaDevice device, bool primary, CudaContextFlags flags)
    {
        Device = device;
        _handle = new(device.Handle, primary, flags);
    }

    /// <summary>Makes a context of its own and makes it current on this thread.</summary>
    /// <exception cref="CudaNet.Cuda.CudaLibraryException">There is no driver.</exception>
    /// <exception cref="CudaException">There is no such device, or no memory.</exception>
    public CudaContext(int deviceId = 0, CudaContextFlags flags = CudaContextFlags.Auto)
        : this(new CudaDevice(deviceId), primary: false, flags)
    {
    }

    /// <summary>The card.</summary>
    public CudaDevice Device { get; }

    /// <summary>The context that this thread works in; zero for none.</summary>
    public static nint Current
    {
        get
        {
            CudaDriver.Initialize();
            return ContextScope.Current();
        }
    }

    /// <summary>The number by which the driver calls it.</summary>
    public nint Handle
    {
        get
        {
            using var context = _handle.Use();
            return context;
        }
    }

    /// <summary>The context that the card's libraries share, made current on this thread.</summary>
    public static CudaContext Primary(int deviceId = 0)
    {
        var context = new CudaContext(new CudaDevice(deviceId), primary: true, CudaContextFlags.Auto);
        context.SetCurrent();
        return context;
    }

    /// <summary>Chooses how the primary context of a card waits, before it is made.</summary>
    public static void SetPrimaryFlags(int deviceId, CudaContextFlags flags) => DriverApi.cuDevicePrimaryCtxSetFlags_v2(new CudaDevice(deviceId).Handle, flags).Check();

    /// <summary>True if a card's primary context is there.</summary>
    public static bool IsPrimaryActive(int deviceId)
    {
        CudaContextFlags flags;
        int active;
        DriverApi.cuDevicePrimaryCtxGetState(new CudaDevice(deviceId).Handle, &flags, &active).Check();
        return active != 0;
    }

    /// <summary>Throws away everything in a card's primary context: the way back after an error that lost it.</summary>
    public static void ResetPrimary(int deviceId) => DriverApi.cuDevicePrimaryCtxReset_v2(new CudaDevice(deviceId).Handle).Check();

    /// <summary>Makes it the current context of this thread instead of the present one.</summary>
    public void SetCurrent()
    {
        using var context = _handle.Use();
        DriverApi.cuCtxSetCurrent(context).Check();
    }

    /// <summary>Makes it current on this thread until <see cref="PopContext"/>.</summary>
    public void PushContext()
    {
        using var context = _handle.Use();
        DriverApi.cuCtxPushCurrent_v2(context).Check();
    }

    /// <summary>Takes the current context off this thread's stack.</summary>
    public static void PopContext()
    {
        nint popped;
        DriverApi.cuCtxPopCurrent_v2(&popped).Check();
    }

    /// <summary>Waits for all work in it.</summary>
    /// <exception cref="CudaException">A kernel failed.</exception>
    public void Synchronize()
    {
        using var scope = Enter();
        DriverApi.cuCtxSynchronize().Check();
    }

    /// <summary>How it waits.</summary>
    public CudaContextFlags Flags
    {
        get
        {
            using var scope = Enter();
            CudaContextFlags flags;
            DriverApi.cuCtxGetFlags(&flags).Check();
            return flags;
        }
    }

    /// <summary>The version of the API that it was made with, 3020 or more.</summary>
    public int ApiVersion
    {
        get
        {
            using var context = _handle.Use();
            uint version;
            DriverApi.cuCtxGetApiVersion(context, &version).Check();
            return (int)version;
        }
    }

    /// <summary>How the first-level cache is divided for kernels that do not say.</summary>
    public CudaCachePreference CachePreference
    {
        get
        {
            using var scope = Enter();
            CudaCachePreference preference;
            DriverApi.cuCtxGetCacheConfig(&preference).Check();
            return preference;
        }
        set
        {
            using var scope = Enter();
            DriverApi.cuCtxSetCacheConfig(value).Check();
        }
    }

    /// <summary>Least and greatest priority of streams; the greatest is the smaller number.</summary>
    public (int Least, int Greatest) StreamPriorityRange
    {
        get
        {
            using var scope = Enter();
            int least, greatest;
            DriverApi.cuCtxGetStreamPriorityRange(&least, &greatest).Check();
            return (least, greatest);
        }
    }

    /// <summary>Bytes that are free on the card, and all of them.</summary>
    public (long Free, long Total) MemoryInfo
    {
        get
        {
            using var scope = Enter();
            nuint free, total;
            DriverApi.cuMemGetInfo_v2(&free, &total).Check();
            return ((long)free, (long)total);
        }
    }

    /// <summary>A limit.</summary>
    public long GetLimit(CudaLimit limit)
    {
        using var scope = Enter();
        nuint value;
        DriverApi.cuCtxGetLimit(&value, limit).Check();
        return (long)value;
    }

    /// <summary>Asks for another limit; the driver may round it.</summary>
    public void SetLimit(CudaLimit limit, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        using var scope = Enter();
        DriverApi.cuCtxSetLimit(limit, (nuint)value).Check();
    }

    /// <summary>Lets the second-level cache evict data that was set to stay.</summary>
    public void ResetPersistingL2()
    {
        using var scope = Enter();
        DriverApi.cuCtxResetPersistingL2Cache().Check();
    }

    /// <summary>Lets kernels in this context use the other's memory.</summary>
    public void EnablePeerAccess(CudaContext peer)
    {
        using var scope = Enter();
        using var other = peer._handle.Use();
        DriverApi.cuCtxEnablePeerAccess(other, 0).Check();
    }

    /// <summary>Takes that back.</summary>
    public void DisablePeerAccess(CudaContext peer)
    {
        using var scope = Enter();
        using var other = peer._handle.Use();
        DriverApi.cuCtxDisablePeerAccess(other).Check();
    }

    /// <summary>Loads PTX text or a compiled image.</summary>
    public CudaModule LoadModule(ReadOnlySpan<byte> image, CudaJitOptions? options = null)
    {
        using var scope = Enter();
        return new(image, options);
    }

    /// <summary>Loads PTX text.</summary>
    public CudaModule LoadModule(string ptx, CudaJitOptions? options = null)
    {
        using var scope = Enter();
        return new(ptx, options);
    }

    /// <summary>Loads PTX text and takes a kernel of it.</summary>
    public CudaKernel LoadKernel(string ptx, string name) => LoadModule(ptx).GetKernel(name);

    /// <summary>Ends it, once all that was made in it is gone too.</summary>
    public void Dispose()
    {
        if (_handle.IsClosed) return;
        // The thread that disposes it often still has it current; the driver would go on using it then.
        using (var context = _handle.Use())
            if (ContextScope.Current() == context.Value)
                PopContext();
        _handle.Dispose();
    }

    private ContextScope Enter()
    {
        using var context = _handle.Use();
        return ContextScope.Enter(context);
    }
}
