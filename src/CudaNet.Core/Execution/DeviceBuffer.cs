namespace CudaNet.Execution;

/// <summary>A block of device memory that belongs to whoever holds this object; it goes back to its pool when disposed,
/// or when nobody holds it any more.</summary>
public sealed class DeviceBuffer : IDisposable
{
    private readonly MemoryPool _pool;
    private readonly Ticket _ticket;
    private nint _pointer;

    internal DeviceBuffer(MemoryPool pool, nint pointer, long bytes, Ticket ticket) =>
        (_pool, _pointer, Bytes, _ticket) = (pool, pointer, bytes, ticket);

    /// <summary>Gives the memory back if nobody did.</summary>
    ~DeviceBuffer() => Release();

    /// <summary>Bytes asked for.</summary>
    public long Bytes { get; }

    /// <summary>Address on the device.</summary>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public nint Pointer
    {
        get
        {
            var pointer = Volatile.Read(ref _pointer);
            return pointer != 0 ? pointer : throw new ObjectDisposedException(nameof(Tensor), "The tensor's memory was given back by Dispose; compute it again.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        var pointer = Interlocked.Exchange(ref _pointer, 0);
        if (pointer != 0) _pool.Return(pointer, _ticket);
    }

    /// <summary>What the pool remembers of a buffer in use, without keeping the buffer alive.</summary>
    internal sealed class Ticket(long bytes)
    {
        public long Bytes => bytes;
    }
}
