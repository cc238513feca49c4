using CudaNet.Cuda.Driver;
using CudaNet.Execution;

namespace CudaNet.Cuda.Execution;

/// <summary>A step on a CUDA device.</summary>
/// <param name="backend">Where it runs.</param>
/// <param name="step">What it computes.</param>
internal abstract class CudaStep(CudaBackend backend, Step step) : IStepKernel
{
    /// <summary>What it computes.</summary>
    public Step Step => step;

    /// <summary>Bytes of scratch memory while it runs.</summary>
    public virtual long ScratchBytes => 0;

    /// <summary>Whether its work can be recorded and replayed: true unless the host takes part.</summary>
    public virtual bool IsRecordable => true;

    /// <summary>Whether it may write the error record.</summary>
    public virtual bool ReportsErrors => false;

    /// <summary>Where it runs.</summary>
    protected CudaBackend Backend => backend;

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<nint> operands) => backend.Run(this, operands);

    /// <summary>Puts its work into a stream.</summary>
    public abstract void Enqueue(in StepAddresses addresses, CudaStreamHandle stream);
}
