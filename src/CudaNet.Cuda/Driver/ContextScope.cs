using CudaNet.Cuda.Driver.Native;

namespace CudaNet.Cuda.Driver;

/// <summary>Makes a context current on this thread for the time of a scope. It costs a look where it is already.</summary>
internal readonly unsafe ref struct ContextScope
{
    private readonly bool _pushed;

    private ContextScope(bool pushed) => _pushed = pushed;

    public static ContextScope Enter(nint context)
    {
        if (context == 0 || Current() == context) return default;
        DriverApi.cuCtxPushCurrent_v2(context).Check();
        return new(true);
    }

    /// <summary>The same for finalisers, which may not raise: null if the context is gone.</summary>
    public static bool TryEnter(nint context, out ContextScope scope)
    {
        scope = default;
        nint current;
        if (DriverApi.cuCtxGetCurrent(&current) != CudaStatus.Success) return false;
        if (context == 0 || current == context) return true;
        if (DriverApi.cuCtxPushCurrent_v2(context) != CudaStatus.Success) return false;
        scope = new(true);
        return true;
    }

    public static nint Current()
    {
        nint current;
        DriverApi.cuCtxGetCurrent(&current).Check();
        return current;
    }

    public void Dispose()
    {
        nint popped;
        if (_pushed) DriverApi.cuCtxPopCurrent_v2(&popped);
    }
}
