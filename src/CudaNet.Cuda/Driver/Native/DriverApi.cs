using System.Runtime.InteropServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver.Native;

/// <summary>The CUDA driver API. The names are those of the symbols, which differ from the names in the documentation by a
/// version number: a driver keeps the old symbols with their old meaning, so these hold for CUDA 11, 12 and 13.</summary>
/// <remarks>Handles and device addresses are <c>nint</c>; who owns a handle wraps it.</remarks>
internal static unsafe partial class DriverApi
{
    private const string Library = CudaLibraries.DriverKey;

    [LibraryImport(Library)] internal static partial CudaStatus cuInit(uint flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuDriverGetVersion(int* version);

    [LibraryImport(Library)] internal static partial CudaStatus cuGetErrorName(CudaStatus status, byte** name);

    [LibraryImport(Library)] internal static partial CudaStatus cuGetErrorString(CudaStatus status, byte** text);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceGet(int* device, int ordinal);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceGetCount(int* count);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceGetName(byte* name, int length, int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceGetUuid(DeviceUuid* uuid, int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceTotalMem_v2(nuint* bytes, int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceGetAttribute(int* value, CudaDeviceAttribute attribute, int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceGetByPCIBusId(int* device, byte* busId);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceGetPCIBusId(byte* busId, int length, int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceCanAccessPeer(int* can, int device, int peer);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceGetP2PAttribute(int* value, CudaPeerAttribute attribute, int source, int destination);

    [LibraryImport(Library)] internal static partial CudaStatus cuDevicePrimaryCtxRetain(nint* context, int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuDevicePrimaryCtxRelease_v2(int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuDevicePrimaryCtxSetFlags_v2(int device, CudaContextFlags flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuDevicePrimaryCtxGetState(int device, CudaContextFlags* flags, int* active);

    [LibraryImport(Library)] internal static partial CudaStatus cuDevicePrimaryCtxReset_v2(int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceGetDefaultMemPool(nint* pool, int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceGetMemPool(nint* pool, int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceSetMemPool(int device, nint pool);

    [LibraryImport(Library)] internal static partial CudaStatus cuDeviceGraphMemTrim(int device);
}
