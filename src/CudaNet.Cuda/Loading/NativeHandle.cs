using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Loading;

/// <summary>A handle of a library. A failed creation leaves it invalid, so that nothing is destroyed that never was.</summary>
internal abstract class NativeHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    /// <summary>Takes a handle that was just created.</summary>
    protected void Own(nint created) => SetHandle(created);

    /// <summary>The handle for the time of a call: neither a finaliser nor another thread's Dispose can take it away meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public Lease Use()
    {
        var added = false;
        DangerousAddRef(ref added);
        return new(this, handle);
    }

    /// <summary>A borrowed handle; ends with its scope.</summary>
    public readonly ref struct Lease(NativeHandle? owner, nint value)
    {
        public nint Value => value;

        public static implicit operator nint(Lease lease) => lease.Value;

        public void Dispose() => owner?.DangerousRelease();
    }
}
