using CudaNet.Cuda.Driver;
using CudaNet.Execution;

namespace CudaNet.Cuda.Execution;

/// <summary>A step on a CUDA device.</summary>
internal interface ICudaStep : IStepKernel
{
    /// <summary>What it computes.</summary>
    Step Step { get; }

    /// <summary>Bytes of scratch memory while it runs.</summary>
    long ScratchBytes { get; }

    /// <summary>Whether its work can be recorded and replayed: true unless the host takes part.</summary>
    bool IsRecordable { get; }

    /// <summary>Whether it may write the error record.</summary>
    bool ReportsErrors { get; }

    /// <summary>Puts its work into a stream.</summary>
    void Enqueue(in StepAddresses addresses, CudaStreamHandle stream);
}
