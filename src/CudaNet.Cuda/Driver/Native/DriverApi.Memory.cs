using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Driver.Native;

internal static unsafe partial class DriverApi
{
    [LibraryImport(Library)] internal static partial CudaStatus cuMemGetInfo_v2(nuint* free, nuint* total);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemAlloc_v2(nint* address, nuint bytes);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemAllocPitch_v2(nint* address, nuint* pitch, nuint width, nuint height, uint elementBytes);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemFree_v2(nint address);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemGetAddressRange_v2(nint* start, nuint* bytes, nint address);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemAllocManaged(nint* address, nuint bytes, CudaManagedAttach flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemAdvise(nint address, nuint bytes, CudaMemoryAdvice advice, int device);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemPrefetchAsync(nint address, nuint bytes, int device, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemHostAlloc(nint* pointer, nuint bytes, CudaHostAllocFlags flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemFreeHost(nint pointer);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemHostRegister_v2(nint pointer, nuint bytes, CudaHostRegisterFlags flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemHostUnregister(nint pointer);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemHostGetDevicePointer_v2(nint* address, nint pointer, uint flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemHostGetFlags(CudaHostAllocFlags* flags, nint pointer);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemAllocAsync(nint* address, nuint bytes, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemAllocFromPoolAsync(nint* address, nuint bytes, nint pool, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemFreeAsync(nint address, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemPoolCreate(nint* pool, MemoryPoolProperties* properties);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemPoolDestroy(nint pool);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemPoolTrimTo(nint pool, nuint keep);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemPoolSetAttribute(nint pool, CudaMemoryPoolAttribute attribute, void* value);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemPoolGetAttribute(nint pool, CudaMemoryPoolAttribute attribute, void* value);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemPoolSetAccess(nint pool, MemoryAccess* access, nuint count);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemPoolGetAccess(int* flags, nint pool, MemoryLocation* location);

    [LibraryImport(Library)] internal static partial CudaStatus cuPointerGetAttribute(void* value, CudaPointerAttribute attribute, nint pointer);

    [LibraryImport(Library)] internal static partial CudaStatus cuPointerSetAttribute(void* value, CudaPointerAttribute attribute, nint pointer);
}
