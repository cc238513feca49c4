using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Driver.Native;

internal static unsafe partial class DriverApi
{
    [LibraryImport(Library)] internal static partial CudaStatus cuStreamCreateWithPriority(nint* stream, CudaStreamFlags flags, int priority);

    [LibraryImport(Library)] internal static partial CudaStatus cuStreamDestroy_v2(nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuStreamGetPriority(nint stream, int* priority);

    [LibraryImport(Library)] internal static partial CudaStatus cuStreamGetFlags(nint stream, CudaStreamFlags* flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuStreamQuery(nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuStreamSynchronize(nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuStreamWaitEvent(nint stream, nint awaited, uint flags);

    [LibraryImport(Library)]
    internal static partial CudaStatus cuStreamAddCallback(nint stream, delegate* unmanaged<nint, CudaStatus, nint, void> callback, nint state, uint flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuStreamAttachMemAsync(nint stream, nint address, nuint bytes, CudaManagedAttach flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuStreamBeginCapture_v2(nint stream, CudaStreamCaptureMode mode);

    [LibraryImport(Library)] internal static partial CudaStatus cuStreamEndCapture(nint stream, nint* graph);

    [LibraryImport(Library)] internal static partial CudaStatus cuStreamIsCapturing(nint stream, CudaStreamCaptureStatus* status);

    [LibraryImport(Library)] internal static partial CudaStatus cuThreadExchangeStreamCaptureMode(CudaStreamCaptureMode* mode);

    [LibraryImport(Library)] internal static partial CudaStatus cuEventCreate(nint* created, CudaEventFlags flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuEventDestroy_v2(nint destroyed);

    [LibraryImport(Library)] internal static partial CudaStatus cuEventRecord(nint recorded, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuEventQuery(nint queried);

    [LibraryImport(Library)] internal static partial CudaStatus cuEventSynchronize(nint awaited);

    [LibraryImport(Library)] internal static partial CudaStatus cuEventElapsedTime(float* milliseconds, nint start, nint end);
}
