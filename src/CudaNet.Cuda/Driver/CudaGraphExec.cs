using CudaNet.Cuda.Driver.Native;

namespace CudaNet.Cuda.Driver;

/// <summary>A graph that can be launched: many kernels for the price of one launch.</summary>
public sealed unsafe class CudaGraphExec : IDisposable
{
    private readonly ExecutableHandle _handle;

    internal CudaGraphExec(nint executable) => _handle = new(executable);

    /// <summary>Enqueues it.</summary>
    public void Launch(CudaStream? stream = null)
    {
        using var executable = _handle.Use();
        using var queue = CudaStream.Use(stream);
        DriverApi.cuGraphLaunch(executable, queue).Check();
    }

    /// <summary>Sends it to the device, so that the first launch need not.</summary>
    public void Upload(CudaStream? stream = null)
    {
        using var executable = _handle.Use();
        using var queue = CudaStream.Use(stream);
        DriverApi.cuGraphUpload(executable, queue).Check();
    }

    /// <summary>Takes the parameters of another graph of the same shape; tells if that could be done in place.</summary>
    /// <returns><see cref="CudaGraphUpdateResult.Success"/>, or why it has to be instantiated anew.</returns>
    public CudaGraphUpdateResult Update(CudaGraph graph)
    {
        using var executable = _handle.Use();
        using var other = graph.Use();
        // The symbol of CUDA 11: CUDA 12 added another with a structure for the result, and kept this one.
        nint node;
        CudaGraphUpdateResult result;
        var status = DriverApi.cuGraphExecUpdate(executable, other, &node, &result);
        if (status != CudaStatus.GraphExecUpdateFailure) status.Check(call: nameof(DriverApi.cuGraphExecUpdate));
        return result;
    }

    /// <summary>Ends it.</summary>
    public void Dispose() => _handle.Dispose();

    private sealed class ExecutableHandle : DriverHandle
    {
        public ExecutableHandle(nint executable) => OwnInCurrentContext(executable);

        protected override CudaStatus Destroy(nint handle) => DriverApi.cuGraphExecDestroy(handle);
    }
}
