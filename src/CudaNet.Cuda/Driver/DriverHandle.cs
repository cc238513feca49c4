using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>What lives in a context: it keeps the context, and is destroyed with it current, since finalisers run on a thread
/// that has none.</summary>
internal abstract class DriverHandle : NativeHandle
{
    private ContextHandle? _owner;

    /// <summary>The context that it was made in.</summary>
    public nint Context { get; private set; }

    protected void OwnInCurrentContext(nint created)
    {
        Context = ContextScope.Current();
        Own(created);
        if (ContextHandle.Find(Context) is not { IsClosed: false } owner) return;
        var added = false;
        owner.DangerousAddRef(ref added);
        _owner = owner;
    }

    protected sealed override bool ReleaseHandle()
    {
        var done = false;
        if (ContextScope.TryEnter(Context, out var scope))
        {
            done = Destroy(handle) == CudaStatus.Success;
            scope.Dispose();
        }
        _owner?.DangerousRelease();
        return done;
    }

    protected abstract CudaStatus Destroy(nint handle);
}
