using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>Device memory for so many values.</summary>
public sealed unsafe class CudaDeviceVariable<T> : IDisposable
    where T : unmanaged
{
    private readonly NativeHandle _handle;

    /// <summary>Allocates in the current context.</summary>
    /// <exception cref="CudaException">There is no room.</exception>
    public CudaDeviceVariable(long size)
        : this(DeviceMemoryHandle.Allocate(checked(AtLeastOne(size) * sizeof(T))), size)
    {
    }

    private CudaDeviceVariable(NativeHandle handle, long size) => (_handle, Size) = (handle, size);

    /// <summary>Values that it has room for.</summary>
    public long Size { get; }

    /// <summary>Bytes that it has.</summary>
    public long SizeInBytes => Size * sizeof(T);

    /// <summary>Where it is.</summary>
    public CudaDevicePointer DevicePointer
    {
        get
        {
            using var memory = _handle.Use();
            return new(memory);
        }
    }

    /// <summary>One value; each access is a copy, so this is for looking and not for loops.</summary>
    public T this[long index]
    {
        get
        {
            T value;
            using var memory = At(index, 1);
            CudaMemory.CopyToHost(&value, memory.Value + ((nint)index * sizeof(T)), sizeof(T), _handle);
            return value;
        }
        set
        {
            using var memory = At(index, 1);
            CudaMemory.CopyToDevice(memory.Value + ((nint)index * sizeof(T)), &value, sizeof(T), _handle);
        }
    }

    /// <summary>Memory that belongs to someone else; disposing this does not free it.</summary>
    /// <param name="pointer">Where it is.</param>
    /// <param name="size">Values in it.</param>
    /// <param name="keepAlive">What owns it.</param>
    public static CudaDeviceVariable<T> Borrow(CudaDevicePointer pointer, long size, object? keepAlive = null) => new(new BorrowedMemoryHandle(pointer.Value, keepAlive), size);

    /// <summary>Allocates and copies.</summary>
    public static implicit operator CudaDeviceVariable<T>(T[] values)
    {
        var variable = new CudaDeviceVariable<T>(values.Length);
        try
        {
            variable.CopyToDevice(values);
            return variable;
        }
        catch
        {
            variable.Dispose();
            throw;
        }
    }

    /// <summary>Copies to the host.</summary>
    public static implicit operator T[](CudaDeviceVariable<T> variable) => variable.ToArray();

    /// <summary>The pointer, as an argument of a kernel.</summary>
    public static implicit operator KernelArgument(CudaDeviceVariable<T> variable) => variable.DevicePointer;

    /// <summary>A copy of the values on the host.</summary>
    public T[] ToArray()
    {
        var values = new T[Size];
        CopyToHost(values);
        return values;
    }

    /// <summary>Copies values from the host and waits.</summary>
    /// <param name="source">The values.</param>
    /// <param name="offset">The first value that is written.</param>
    public void CopyToDevice(ReadOnlySpan<T> source, long offset = 0)
    {
        using var memory = At(offset, source.Length);
        fixed (T* values = source) CudaMemory.CopyToDevice(memory.Value + ((nint)offset * sizeof(T)), values, (long)source.Length * sizeof(T), _handle);
    }

    /// <summary>Copies values to the host and waits.</summary>
    /// <param name="destination">Takes as many as it has room for.</param>
    /// <param name="offset">The first value that is read.</param>
    public void CopyToHost(Span<T> destination, long offset = 0)
    {
        using var memory = At(offset, destination.Length);
        fixed (T* values = destination) CudaMemory.CopyToHost(values, memory.Value + ((nint)offset * sizeof(T)), (long)destination.Length * sizeof(T), _handle);
    }

    /// <summary>Copies from other device memory.</summary>
    public void CopyToDevice(CudaDeviceVariable<T> source)
    {
        using var memory = At(0, source.Size);
        using var other = source._handle.Use();
        using var scope = CudaMemory.Enter(_handle);
        DriverApi.cuMemcpyDtoD_v2(memory, other, (nuint)source.SizeInBytes).Check();
    }

    /// <summary>Enqueues a copy from pinned memory, which must stay as it is until it is done.</summary>
    public void AsyncCopyToDevice(CudaPageLockedHostMemory<T> source, CudaStream? stream = null)
    {
        using var memory = At(0, source.Size);
        using var host = source.Use();
        using var queue = CudaStream.Use(stream);
        using var scope = CudaMemory.Enter(_handle);
        DriverApi.cuMemcpyHtoDAsync_v2(memory, (void*)host.Value, (nuint)source.SizeInBytes, queue).Check();
    }

    /// <summary>Enqueues a copy to pinned memory.</summary>
    public void AsyncCopyToHost(CudaPageLockedHostMemory<T> destination, CudaStream? stream = null)
    {
        using var memory = At(0, destination.Size);
        using var host = destination.Use();
        using var queue = CudaStream.Use(stream);
        using var scope = CudaMemory.Enter(_handle);
        DriverApi.cuMemcpyDtoHAsync_v2((void*)host.Value, memory, (nuint)destination.SizeInBytes, queue).Check();
    }

    /// <summary>Enqueues a copy from other device memory.</summary>
    public void AsyncCopyToDevice(CudaDeviceVariable<T> source, CudaStream? stream = null)
    {
        using var memory = At(0, source.Size);
        using var other = source._handle.Use();
        using var queue = CudaStream.Use(stream);
        using var scope = CudaMemory.Enter(_handle);
        DriverApi.cuMemcpyDtoDAsync_v2(memory, other, (nuint)source.SizeInBytes, queue).Check();
    }

    /// <summary>Copies from memory of another card.</summary>
    public void PeerCopyToDevice(CudaContext context, CudaDeviceVariable<T> source, CudaContext sourceContext, CudaStream? stream = null)
    {
        using var memory = At(0, source.Size);
        using var other = source._handle.Use();
        CudaMemory.CopyPeer(new(memory), context, new(other), sourceContext, source.SizeInBytes, stream);
    }

    /// <summary>Fills it with a byte.</summary>
    public void Memset(byte value, CudaStream? stream = null)
    {
        using var memory = _handle.Use();
        using var scope = CudaMemory.Enter(_handle);
        CudaMemory.Fill(new(memory), value, SizeInBytes, stream);
    }

    /// <summary>Fills it with a value of 1, 2 or 4 bytes.</summary>
    public void Fill(T value, CudaStream? stream = null)
    {
        using var memory = _handle.Use();
        using var scope = CudaMemory.Enter(_handle);
        switch (sizeof(T))
        {
            case 1: CudaMemory.Fill(new(memory), Unsafe.BitCast<T, byte>(value), Size, stream); break;
            case 2: CudaMemory.Fill(new(memory), Unsafe.BitCast<T, ushort>(value), Size, stream); break;
            case 4: CudaMemory.Fill(new(memory), Unsafe.BitCast<T, uint>(value), Size, stream); break;
            default:
                var pattern = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));
                if (pattern.ContainsAnyExcept(pattern[0])) throw new NotSupportedException($"Fill: {typeof(T).Name} has {sizeof(T)} bytes; the device fills with values of 1, 2 or 4. Use a kernel.");
                CudaMemory.Fill(new(memory), pattern[0], SizeInBytes, stream);
                break;
        }
    }

    /// <summary>Frees it.</summary>
    public void Dispose() => _handle.Dispose();

    private static long AtLeastOne(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        // The driver refuses to allocate nothing.
        return Math.Max(1, size);
    }

    private NativeHandle.Lease At(long offset, long count)
    {
        if (offset < 0 || count < 0 || offset > Size - count)
            throw new ArgumentOutOfRangeException(nameof(offset), $"Values {offset} to {offset + count} are outside of a variable of {Size} values.");
        return _handle.Use();
    }
}
