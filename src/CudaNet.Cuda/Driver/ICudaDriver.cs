namespace CudaNet.Cuda.Driver;

/// <summary>What a CUDA backend needs of a device: a card behind libcuda, or a virtual one.</summary>
/// <remarks>Every failure is a <see cref="CudaException"/> or a <see cref="CudaLaunchException"/>. Calls may come from any
/// thread. Work in one stream is done in order; work in several only as events order it. The default value of
/// <see cref="CudaStreamHandle"/> is the default stream. Once the device is lost (<see cref="State"/>) or
/// disposed, every call fails, but those that give something back do nothing: it is gone already, and owners may let go of it as ever.</remarks>
public interface ICudaDriver : IDisposable
{
    /// <summary>What the device is.</summary>
    CudaDeviceProperties Properties { get; }

    /// <summary>The CUDA version that the driver speaks, 12.4 for 12040.</summary>
    Version DriverVersion { get; }

    /// <summary>Success, or the error by which the device's context was lost for good.</summary>
    CudaStatus State { get; }

    /// <summary>Bytes that are free, and all of them.</summary>
    (long Free, long Total) MemoryInfo();

    /// <summary>Memory of so many bytes, aligned to 256; <see cref="CudaDevicePointer.Null"/> if there is no room.</summary>
    CudaDevicePointer TryAllocate(long bytes);

    /// <summary>Gives memory back, after all work on it.</summary>
    void Free(CudaDevicePointer pointer);

    /// <summary>Memory that work in the stream may use from now on; <see cref="CudaDevicePointer.Null"/> if there is no room.</summary>
    CudaDevicePointer TryAllocateAsync(long bytes, CudaStreamHandle stream);

    /// <summary>Gives such memory back once the work before it in the stream is done.</summary>
    void FreeAsync(CudaDevicePointer pointer, CudaStreamHandle stream);

    /// <summary>Host memory that copies can overlap with kernels.</summary>
    nint AllocateHost(long bytes);

    /// <summary>Gives it back.</summary>
    void FreeHost(nint pointer);

    /// <summary>Copies from the host and waits; ordered after the work of the default stream only.</summary>
    void CopyToDevice(CudaDevicePointer destination, ReadOnlySpan<byte> source);

    /// <summary>Copies to the host and waits; ordered after the work of the default stream only.</summary>
    void CopyToHost(Span<byte> destination, CudaDevicePointer source);

    /// <summary>Enqueues a copy from pinned host memory, which must stay as it is until it is done.</summary>
    void CopyToDeviceAsync(CudaDevicePointer destination, nint source, long bytes, CudaStreamHandle stream);

    /// <summary>Enqueues a copy to pinned host memory.</summary>
    void CopyToHostAsync(nint destination, CudaDevicePointer source, long bytes, CudaStreamHandle stream);

    /// <summary>Enqueues a copy on the device.</summary>
    void CopyAsync(CudaDevicePointer destination, CudaDevicePointer source, long bytes, CudaStreamHandle stream);

    /// <summary>Enqueues filling memory with a byte.</summary>
    void FillAsync(CudaDevicePointer destination, byte value, long bytes, CudaStreamHandle stream);

    /// <summary>Enqueues filling memory with a number of 32 bits.</summary>
    void FillAsync(CudaDevicePointer destination, uint value, long count, CudaStreamHandle stream);

    /// <summary>Loads PTX text or a compiled image.</summary>
    /// <exception cref="CudaException">The image does not fit the device or does not compile; the detail has the log.</exception>
    CudaModuleHandle LoadModule(ReadOnlySpan<byte> image, CudaJitOptions? options = null);

    /// <summary>Unloads a module with its kernels and globals.</summary>
    void UnloadModule(CudaModuleHandle module);

    /// <summary>A kernel by its name in the PTX.</summary>
    CudaFunctionHandle GetFunction(CudaModuleHandle module, string name);

    /// <summary>A variable by its name in the PTX.</summary>
    (CudaDevicePointer Address, long Bytes) GetGlobal(CudaModuleHandle module, string name);

    /// <summary>Its parameters; null where the image does not tell.</summary>
    IReadOnlyList<KernelParameter>? GetParameters(CudaFunctionHandle function);

    /// <summary>A property of a kernel.</summary>
    int GetAttribute(CudaFunctionHandle function, CudaFunctionAttribute attribute);

    /// <summary>Sets such a property, where it can be set.</summary>
    void SetAttribute(CudaFunctionHandle function, CudaFunctionAttribute attribute, int value);

    /// <summary>Enqueues a kernel. Sizes and, where the signature is known, arguments are checked before.</summary>
    void Launch(CudaFunctionHandle function, in CudaLaunch launch, CudaStreamHandle stream, ReadOnlySpan<KernelArgument> arguments);

    /// <summary>Blocks of a kernel that run on one multiprocessor at once.</summary>
    int MaxActiveBlocks(CudaFunctionHandle function, int blockSize, int dynamicSharedBytes);

    /// <summary>The block size of the best occupancy, and the least grid that fills the device with it.</summary>
    (int MinGrid, int BlockSize) PotentialBlockSize(CudaFunctionHandle function, int dynamicSharedBytes, int blockSizeLimit = 0);

    /// <summary>A new stream.</summary>
    CudaStreamHandle CreateStream(CudaStreamFlags flags = CudaStreamFlags.NonBlocking, int priority = 0);

    /// <summary>Ends a stream; the work in it is still done.</summary>
    void DestroyStream(CudaStreamHandle stream);

    /// <summary>Waits for a stream's work.</summary>
    void Synchronize(CudaStreamHandle stream);

    /// <summary>True if a stream's work is done.</summary>
    bool IsDone(CudaStreamHandle stream);

    /// <summary>Later work of the stream waits for the event.</summary>
    void Wait(CudaStreamHandle stream, CudaEventHandle awaited);

    /// <summary>A new event.</summary>
    CudaEventHandle CreateEvent(CudaEventFlags flags = CudaEventFlags.DisableTiming);

    /// <summary>Ends an event.</summary>
    void DestroyEvent(CudaEventHandle handle);

    /// <summary>The event happens when the stream's work so far is done.</summary>
    void Record(CudaEventHandle handle, CudaStreamHandle stream);

    /// <summary>Waits for an event.</summary>
    void Synchronize(CudaEventHandle handle);

    /// <summary>True if an event has happened.</summary>
    bool IsDone(CudaEventHandle handle);

    /// <summary>The time between two events, both recorded with timing.</summary>
    TimeSpan Elapsed(CudaEventHandle start, CudaEventHandle end);

    /// <summary>True if <see cref="BeginCapture"/> works.</summary>
    bool SupportsGraphs { get; }

    /// <summary>Work in the stream is recorded from now on instead of done.</summary>
    void BeginCapture(CudaStreamHandle stream, CudaStreamCaptureMode mode = CudaStreamCaptureMode.ThreadLocal);

    /// <summary>Ends the recording; what was recorded can be launched as a whole.</summary>
    CudaGraphHandle EndCapture(CudaStreamHandle stream);

    /// <summary>Enqueues a recording.</summary>
    void LaunchGraph(CudaGraphHandle graph, CudaStreamHandle stream);

    /// <summary>Gives a recording up.</summary>
    void DestroyGraph(CudaGraphHandle graph);

    /// <summary>Waits for all work on the device.</summary>
    void Synchronize();
}
