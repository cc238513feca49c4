using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Virtual;

/// <summary>The objects behind handles. No two handles of a process are the same number, so that a stale one, or one of another
/// device, is refused.</summary>
internal sealed class HandleTable<T>(string kind)
    where T : class
{
    private readonly Dictionary<nint, T> _items = [];

    public IEnumerable<T> Items => _items.Values;

    public nint Add(T item)
    {
        var handle = HandleNumbers.Next();
        _items.Add(handle, item);
        return handle;
    }

    public T Find(nint handle, string call) => _items.TryGetValue(handle, out var item) ? item
        : throw new CudaException(call, CudaStatus.InvalidHandle, $"The {kind} was destroyed, or is of another device.");

    public T Remove(nint handle, string call)
    {
        var item = Find(handle, call);
        _items.Remove(handle);
        return item;
    }
}

/// <summary>Numbers for handles.</summary>
internal static class HandleNumbers
{
    private static long s_last;

    public static nint Next() => (nint)Interlocked.Increment(ref s_last);
}
