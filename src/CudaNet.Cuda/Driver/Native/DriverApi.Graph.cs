using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Driver.Native;

internal static unsafe partial class DriverApi
{
    [LibraryImport(Library)] internal static partial CudaStatus cuGraphCreate(nint* graph, uint flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuGraphClone(nint* clone, nint graph);

    [LibraryImport(Library)] internal static partial CudaStatus cuGraphDestroy(nint graph);

    [LibraryImport(Library)] internal static partial CudaStatus cuGraphGetNodes(nint graph, nint* nodes, nuint* count);

    [LibraryImport(Library)] internal static partial CudaStatus cuGraphDebugDotPrint(nint graph, byte* path, uint flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuGraphInstantiateWithFlags(nint* executable, nint graph, ulong flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuGraphExecUpdate(nint executable, nint graph, nint* errorNode, CudaGraphUpdateResult* result);

    [LibraryImport(Library)] internal static partial CudaStatus cuGraphExecDestroy(nint executable);

    [LibraryImport(Library)] internal static partial CudaStatus cuGraphLaunch(nint executable, nint stream);

    [LibraryImport(Library)] internal static partial CudaStatus cuGraphUpload(nint executable, nint stream);
}
