using CudaNet.Cuda.Driver;
using CudaNet.Execution;

namespace CudaNet.Cuda.Execution;

/// <summary>A step whose work is all done by the device.</summary>
/// <param name="backend">Where it runs.</param>
/// <param name="step">What it computes.</param>
/// <param name="errors">Keeps the step's errors registered as long as it lives.</param>
/// <param name="work">Launches, fills and copies, and runs of parts.</param>
/// <param name="parts">Steps that take part.</param>
/// <param name="scratchBytes">Scratch memory of its own.</param>
/// <param name="reportsErrors">Whether a kernel may write the error record.</param>
internal sealed class LaunchStep(CudaBackend backend, Step step, object errors, Action<LaunchStep.Work>[] work, CudaStep[] parts, long scratchBytes, bool reportsErrors) : CudaStep(backend, step)
{
    /// <summary>Addresses and stream of one run.</summary>
    internal readonly ref struct Work(StepAddresses addresses, CudaStreamHandle stream)
    {
        /// <summary>The addresses.</summary>
        public StepAddresses Addresses { get; } = addresses;

        /// <summary>The stream.</summary>
        public CudaStreamHandle Stream { get; } = stream;
    }

    /// <inheritdoc/>
    public override long ScratchBytes => scratchBytes + parts.Select(part => part.ScratchBytes).DefaultIfEmpty().Max();

    /// <inheritdoc/>
    public override bool IsRecordable => parts.All(part => part.IsRecordable);

    /// <inheritdoc/>
    public override bool ReportsErrors => reportsErrors || parts.Any(part => part.ReportsErrors);

    /// <inheritdoc/>
    public override void Enqueue(in StepAddresses addresses, CudaStreamHandle stream)
    {
        foreach (var action in work) action(new(addresses, stream));
        GC.KeepAlive(errors);
    }
}
