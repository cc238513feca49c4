using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>Recorded work, which <see cref="Instantiate"/> makes launchable.</summary>
public sealed unsafe class CudaGraph : IDisposable
{
    private readonly GraphHandle _handle;

    /// <summary>An empty graph.</summary>
    public CudaGraph()
    {
        CudaDriver.Initialize();
        nint graph;
        DriverApi.cuGraphCreate(&graph, 0).Check();
        _handle = new(graph);
    }

    internal CudaGraph(nint graph) => _handle = new(graph);

    /// <summary>Kernels, copies and other nodes in it.</summary>
    public int NodeCount
    {
        get
        {
            using var graph = _handle.Use();
            nuint count = 0;
            DriverApi.cuGraphGetNodes(graph, null, &count).Check();
            return (int)count;
        }
    }

    /// <summary>A copy.</summary>
    public CudaGraph Clone()
    {
        using var graph = _handle.Use();
        nint clone;
        DriverApi.cuGraphClone(&clone, graph).Check();
        return new(clone);
    }

    /// <summary>Makes it launchable.</summary>
    public CudaGraphExec Instantiate(CudaGraphInstantiateFlags flags = CudaGraphInstantiateFlags.None)
    {
        using var graph = _handle.Use();
        nint executable;
        DriverApi.cuGraphInstantiateWithFlags(&executable, graph, (ulong)flags).Check();
        return new(executable);
    }

    /// <summary>Draws it for Graphviz.</summary>
    public void SaveDot(string path, bool verbose = false)
    {
        using var graph = _handle.Use();
        fixed (byte* file = NativeText.ToBytes(path)) DriverApi.cuGraphDebugDotPrint(graph, file, verbose ? 1u : 0u).Check();
    }

    /// <summary>Ends it; what was made of it stays.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();

    private sealed class GraphHandle : NativeHandle
    {
        public GraphHandle(nint graph) => Own(graph);

        protected override bool ReleaseHandle() => DriverApi.cuGraphDestroy(handle) == CudaStatus.Success;
    }
}
