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
    private readonly CudaStep[] _steps;
    private readonly long _scratchBytes;
    private readonly bool _isRecordable, _reportsErrors;
    private readonly List<Recording> _recordings = [];

    public PlanRunner(CudaBackend backend, IReadOnlyList<PlannedKernel> kernels)
    {
        (_backend, _kernels) = (backend, kernels);
        _steps = [.. kernels.Select(kernel => (CudaStep)kernel.Kernel)];
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
            if (!_isRecordable || !Replay(operands, scratch))
                for (var k = 0; k < _steps.Length; k++) _backend.Enqueue(_steps[k], Of(operands, k), _backend.Stream);
            if (_reportsErrors) _backend.Errors.Check(_backend.Stream);
        }
    }

    private bool Replay(ReadOnlySpan<nint> operands, nint scratch)
    {
        var recording = Find(operands, scratch);
        if (recording.Graph is null)
        {
            if (recording.Runs++ < RunsBefore) return false;
            recording.Graph = Record(operands, scratch);
        }
        _backend.Driver.LaunchGraph(recording.Graph.Value, _backend.Stream);
        Replays++;
        return true;
    }

    private CudaGraphHandle Record(ReadOnlySpan<nint> operands, nint scratch)
    {
        var (driver, streams) = (_backend.Driver, _backend.RecordingStreams);
        var schedule = Schedule(operands, scratch, streams.Count);
        var events = new List<CudaEventHandle>();
        CudaEventHandle Mark(CudaStreamHandle stream)
        {
            events.Add(driver.CreateEvent());
            driver.Record(events[^1], stream);
            return events[^1];
        }

        driver.BeginCapture(streams[0]);
        try
        {
            // Other streams join the recording by waiting for the first, and it ends when the first has waited for them.
            var isWaitedFor = schedule.WaitsOf.SelectMany(waits => waits).ToHashSet();
            var done = new Dictionary<int, CudaEventHandle>();
            var begin = schedule.StreamCount > 1 ? Mark(streams[0]) : default;
            for (var s = 1; s < schedule.StreamCount; s++) driver.Wait(streams[s], begin);
            for (var k = 0; k < _steps.Length; k++)
            {
                var stream = streams[schedule.StreamOf[k]];
                foreach (var earlier in schedule.WaitsOf[k]) driver.Wait(stream, done[earlier]);
                _backend.Enqueue(_steps[k], Of(operands, k), stream);
                if (isWaitedFor.Contains(k)) done[k] = Mark(stream);
            }
            for (var s = 1; s < schedule.StreamCount; s++) driver.Wait(streams[0], Mark(streams[s]));
            return driver.EndCapture(streams[0]);
        }
        catch
        {
            // The recording must end before the streams are of use again; what failed is what the caller learns.
            Abandon(streams[0]);
            throw;
        }
        finally
        {
            foreach (var handle in events) driver.DestroyEvent(handle);
        }
    }

    private void Abandon(CudaStreamHandle stream)
    {
        try
        {
            _backend.Driver.DestroyGraph(_backend.Driver.EndCapture(stream));
        }
        catch (CudaException)
        {
            // A recording that failed cannot become a graph.
        }
    }

    private StreamSchedule Schedule(ReadOnlySpan<nint> operands, nint scratch, int streams)
    {
        var (reads, writes) = (new List<ByteRange[]>(), new List<ByteRange[]>());
        for (var k = 0; k < _steps.Length; k++)
        {
            var step = _steps[k].Step;
            var (read, write) = (new List<ByteRange>(), new List<ByteRange>());
            var own = Of(operands, k);
            for (var i = 0; i < own.Length; i++)
                if (i < step.Inputs.Count) read.Add(ByteRange.Of(step.Inputs[i]).From(own[i]));
                else write.Add(ByteRange.Of(step.Outputs[i - step.Inputs.Count]).From(own[i]));
            if (_steps[k].ScratchBytes > 0) write.Add(new(scratch, _steps[k].ScratchBytes));
            reads.Add([.. read]);
            writes.Add([.. write]);
        }
        return StreamSchedule.Of(reads, writes, streams);
    }

    private ReadOnlySpan<nint> Of(ReadOnlySpan<nint> operands, int step) => operands.Slice(_kernels[step].First, _kernels[step].Count);

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
