using CudaNet.Cuda.Driver.Native;

namespace CudaNet.Cuda.Driver;

/// <summary>Device memory for rows, each of which starts where the device likes it.</summary>
public sealed unsafe class CudaPitchedDeviceVariable<T> : IDisposable
    where T : unmanaged
{
    private readonly DeviceMemoryHandle _handle;

    /// <summary>Allocates in the current context.</summary>
    /// <exception cref="CudaException">There is no room.</exception>
    public CudaPitchedDeviceVariable(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        (Width, Height) = (width, height);
        _handle = DeviceMemoryHandle.AllocatePitched(WidthInBytes, height, sizeof(T), out var pitch);
        Pitch = pitch;
    }

    /// <summary>Values of a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public long Pitch { get; }

    /// <summary>Bytes of a row that are used.</summary>
    public long WidthInBytes => (long)Width * sizeof(T);

    /// <summary>Bytes of all rows.</summary>
    public long TotalSizeInBytes => Pitch * Height;

    /// <summary>Where it is.</summary>
    public CudaDevicePointer DevicePointer
    {
        get
        {
            using var memory = _handle.Use();
            return new(memory);
        }
    }

    /// <summary>The pointer, as an argument of a kernel.</summary>
    public static implicit operator KernelArgument(CudaPitchedDeviceVariable<T> variable) => variable.DevicePointer;

    /// <summary>Copies rows without gaps from the host and waits.</summary>
    public void CopyToDevice(ReadOnlySpan<T> source)
    {
        Expect(source.Length);
        using var memory = _handle.Use();
        using var scope = CudaMemory.Enter(_handle);
        fixed (T* values = source)
            CudaMemory.Copy(new CudaCopy2D(CudaCopyPlace.Host((nint)values, WidthInBytes), CudaCopyPlace.Device(new(memory), Pitch), WidthInBytes, Height));
    }

    /// <summary>Copies to rows without gaps on the host and waits.</summary>
    public void CopyToHost(Span<T> destination)
    {
        Expect(destination.Length);
        using var memory = _handle.Use();
        using var scope = CudaMemory.Enter(_handle);
        fixed (T* values = destination)
            CudaMemory.Copy(new CudaCopy2D(CudaCopyPlace.Device(new(memory), Pitch), CudaCopyPlace.Host((nint)values, WidthInBytes), WidthInBytes, Height));
    }

    /// <summary>Fills the values with a byte and leaves the gaps.</summary>
    public void Memset(byte value, CudaStream? stream = null)
    {
        using var memory = _handle.Use();
        using var scope = CudaMemory.Enter(_handle);
        using var queue = CudaStream.Use(stream);
        if (stream is null) DriverApi.cuMemsetD2D8_v2(memory, (nuint)Pitch, value, (nuint)WidthInBytes, (nuint)Height).Check();
        else DriverApi.cuMemsetD2D8Async(memory, (nuint)Pitch, value, (nuint)WidthInBytes, (nuint)Height, queue).Check();
    }

    /// <summary>Frees it.</summary>
    public void Dispose() => _handle.Dispose();

    private void Expect(long count)
    {
        if (count != (long)Width * Height) throw new ArgumentException($"{count} values were given for {Height} rows of {Width}.");
    }
}
