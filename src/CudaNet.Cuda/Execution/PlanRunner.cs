using CudaNet.Cuda.Driver;
using CudaNet.Execution;

namespace CudaNet.Cuda.Execution;

/// <summary>Runs a plan: step by step at first, and from the third run on over the same addresses as one recorded CUDA graph.
/// A training loop finds its few sets of addresses again, because the pool gives blocks out in turns.</summary>
internal sealed class PlanRunner : IPlanRunner
{
    /// <summary>Runs over the same addresses before they are recorded.</summary>
    private const int RunsBefore = 2;

    /// <summary>Recordings that are kept; the one that was not used for longest goes.</summary>
    private const int MostRecordings = 4;

    private readonly CudaBackend _backend;
    private readonly IReadOnlyList<PlannedKernel> _kernels;
    private readonly ICudaStep[] _steps;
    private readonly long _scratchBytes;
    private readonly bool _isRecordable, _reportsErrors;
    private readonly List<Recording> _recordings = [];

    public PlanRunner(CudaBackend backend, IReadOnlyList<PlannedKernel> kernels)
    {
        (_backend, _kernels) = (backend, kernels);
        _steps = [.. kernels.Select(kernel => (ICudaStep)kernel.Kernel)];
        _scratchBytes = _steps.Select(step => step.ScratchBytes).DefaultIfEmpty().Max();
        _reportsErrors = _steps.Any(step => step.ReportsErrors);
        _isRecordable = _steps.Length > 1 && _steps.All(step => step.IsRecordable) && backend.Options is { ReplayPlans: true, Synchronous: false } && backend.Driver.SupportsGraphs;
    }

    /// <summary>How often a recording was replayed.</summary>
    public long Replays { get; private set; }

    ~PlanRunner()
    {
        if (_backend.IsDisposed) return;
        foreach (var recording in _recordings) recording.Drop(_backend.Driver);
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<nint> operands)
    {
        lock (_backend.Running)
        {
            // Taken at its full size first: a recording must not see it move.
            var scratch = _backend.Scratch(_scratchBytes);
            if (!_isRecordable || !Replay(operands, scratch)) Enqueue(operands, _backend.Stream);
            if (_reportsErrors) _backend.Errors.Check(_backend.Stream);
        }
    }

    private bool Replay(ReadOnlySpan<nint> operands, nint scratch)
    {
        var recording = Find(operands, scratch);
        if (recording.Graph is null)
        {
            if (recording.Runs++ < RunsBefore) return false;
            var (driver, stream) = (_backend.Driver, _backend.RecordingStream);
            driver.BeginCapture(stream);
            try
            {
                Enqueue(operands, stream);
            }
            catch
            {
                // The recording must end before the stream is of use again; what failed is what the caller learns.
                driver.DestroyGraph(driver.EndCapture(stream));
                throw;
            }
            recording.Graph = driver.EndCapture(stream);
        }
        _backend.Driver.LaunchGraph(recording.Graph.Value, _backend.Stream);
        Replays++;
        return true;
    }

    private Recording Find(ReadOnlySpan<nint> operands, nint scratch)
    {
        for (var k = 0; k < _recordings.Count; k++)
        {
            var known = _recordings[k];
            if (known.Scratch != scratch || !operands.SequenceEqual(known.Operands)) continue;
            _recordings.RemoveAt(k);
            _recordings.Add(known);
            return known;
        }
        if (_recordings.Count == MostRecordings)
        {
            _recordings[0].Drop(_backend.Driver);
            _recordings.RemoveAt(0);
        }
        var recording = new Recording(operands.ToArray(), scratch);
        _recordings.Add(recording);
        return recording;
    }

    private void Enqueue(ReadOnlySpan<nint> operands, CudaStreamHandle stream)
    {
        for (var k = 0; k < _steps.Length; k++) _backend.Enqueue(_steps[k], operands.Slice(_kernels[k].First, _kernels[k].Count), stream);
    }

    private sealed class Recording(nint[] operands, nint scratch)
    {
        public nint[] Operands => operands;
        public nint Scratch => scratch;
        public int Runs { get; set; }
        public CudaGraphHandle? Graph { get; set; }

        public void Drop(ICudaDriver driver)
        {
            if (Graph is { } graph) driver.DestroyGraph(graph);
            Graph = null;
        }
    }
}
