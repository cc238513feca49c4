using System.Collections.Concurrent;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>A context. It ends when its owner and all that was made in it are gone, in whatever order that happens.</summary>
internal sealed unsafe class ContextHandle : NativeHandle
{
    private static readonly ConcurrentDictionary<nint, WeakReference<ContextHandle>> Known = new();

    private readonly int _device;
    private readonly bool _primary;

    /// <summary>Makes a context, or takes part in the device's primary one, which all libraries share.</summary>
    public ContextHandle(int device, bool primary, CudaContextFlags flags)
    {
        (_device, _primary) = (device, primary);
        nint created;
        if (primary) DriverApi.cuDevicePrimaryCtxRetain(&created, device).Check();
        else DriverApi.cuCtxCreate_v2(&created, flags, device).Check();
        Own(created);
        Known[created] = new(this);
    }

    /// <summary>The handle of a context that this process made by us; null for others.</summary>
    public static ContextHandle? Find(nint context) => Known.TryGetValue(context, out var known) && known.TryGetTarget(out var handle) ? handle : null;

    protected override bool ReleaseHandle()
    {
        if (Known.TryGetValue(handle, out var known) && (!known.TryGetTarget(out var other) || other == this)) Known.TryRemove(handle, out _);
        return (_primary ? DriverApi.cuDevicePrimaryCtxRelease_v2(_device) : DriverApi.cuCtxDestroy_v2(handle)) == CudaStatus.Success;
    }
}
