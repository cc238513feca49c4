using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Driver.Native;

internal static unsafe partial class DriverApi
{
    [LibraryImport(Library)] internal static partial CudaStatus cuCtxCreate_v2(nint* context, CudaContextFlags flags, int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxDestroy_v2(nint context);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxPushCurrent_v2(nint context);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxPopCurrent_v2(nint* context);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxSetCurrent(nint context);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxGetCurrent(nint* context);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxGetDevice(int* device);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxGetFlags(CudaContextFlags* flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxSynchronize();

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxSetLimit(CudaLimit limit, nuint value);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxGetLimit(nuint* value, CudaLimit limit);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxGetCacheConfig(CudaCachePreference* preference);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxSetCacheConfig(CudaCachePreference preference);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxGetApiVersion(nint context, uint* version);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxGetStreamPriorityRange(int* least, int* greatest);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxResetPersistingL2Cache();

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxEnablePeerAccess(nint peer, uint flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuCtxDisablePeerAccess(nint peer);
}
