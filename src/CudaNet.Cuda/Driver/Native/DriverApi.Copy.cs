using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Driver.Native;

internal static unsafe partial class DriverApi
{
    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpyHtoD_v2(nint destination, void* source, nuint bytes);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpyDtoH_v2(void* destination, nint source, nuint bytes);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpyDtoD_v2(nint destination, nint source, nuint bytes);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpyHtoDAsync_v2(nint destination, void* source, nuint bytes, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpyDtoHAsync_v2(void* destination, nint source, nuint bytes, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpyDtoDAsync_v2(nint destination, nint source, nuint bytes, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpy(nint destination, nint source, nuint bytes);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpyAsync(nint destination, nint source, nuint bytes, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpyPeer(nint destination, nint destinationContext, nint source, nint sourceContext, nuint bytes);

    [LibraryImport(Library)]
    internal static partial CudaStatus cuMemcpyPeerAsync(nint destination, nint destinationContext, nint source, nint sourceContext, nuint bytes, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpy2DUnaligned_v2(Memcpy2D* copy);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpy2DAsync_v2(Memcpy2D* copy, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpy3D_v2(Memcpy3D* copy);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpy3DAsync_v2(Memcpy3D* copy, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpy3DPeer(Memcpy3DPeer* copy);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemcpy3DPeerAsync(Memcpy3DPeer* copy, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemsetD8_v2(nint address, byte value, nuint count);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemsetD16_v2(nint address, ushort value, nuint count);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemsetD32_v2(nint address, uint value, nuint count);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemsetD8Async(nint address, byte value, nuint count, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemsetD16Async(nint address, ushort value, nuint count, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemsetD32Async(nint address, uint value, nuint count, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemsetD2D8_v2(nint address, nuint pitch, byte value, nuint width, nuint height);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemsetD2D8Async(nint address, nuint pitch, byte value, nuint width, nuint height, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemsetD2D32_v2(nint address, nuint pitch, uint value, nuint width, nuint height);

    [LibraryImport(Library)] internal static partial CudaStatus cuMemsetD2D32Async(nint address, nuint pitch, uint value, nuint width, nuint height, nint stream);
}
