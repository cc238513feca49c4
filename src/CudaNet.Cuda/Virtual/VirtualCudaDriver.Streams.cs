using System.Diagnostics;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Virtual;

public sealed partial class VirtualCudaDriver
{
    private readonly StreamState _default = new(blocking: true);
    private readonly HandleTable<StreamState> _streams = new("stream");
    private readonly HandleTable<EventState> _events = new("event");
    private readonly HandleTable<GraphState> _graphs = new("graph");

    /// <inheritdoc/>
    public bool SupportsGraphs => true;

    private IEnumerable<StreamState> AllStreams => _streams.Items.Prepend(_default);

    private IEnumerable<Capture> Captures => _streams.Items.Select(stream => stream.Capture).OfType<Capture>().Distinct();

    /// <inheritdoc/>
    public CudaStreamHandle CreateStream(CudaStreamFlags flags = CudaStreamFlags.NonBlocking, int priority = 0)
    {
        using var scope = Enter("cuStreamCreateWithPriority");
        return new(_streams.Add(new((flags & CudaStreamFlags.NonBlocking) == 0)));
    }

    /// <inheritdoc/>
    public void DestroyStream(CudaStreamHandle stream)
    {
        const string call = "cuStreamDestroy";
        using var scope = TryEnter(call);
        if (!scope.IsEntered || stream.IsNull) return;
        var state = _streams.Remove(stream.Value, call);
        if (state.Capture is { } capture) capture.IsInvalid = true;
        state.Drain();
    }

    /// <inheritdoc/>
    public void Synchronize(CudaStreamHandle stream)
    {
        const string call = "cuStreamSynchronize";
        using var scope = Enter(call);
        var state = FindStream(stream, call);
        RefuseCaptured(call, state);
        if (state == _default) DrainDefault();
        else state.Drain();
    }

    /// <inheritdoc/>
    public bool IsDone(CudaStreamHandle stream)
    {
        const string call = "cuStreamQuery";
        using var scope = Enter(call);
        var state = FindStream(stream, call);
        RefuseCaptured(call, state);
        if (state.IsIdle) return true;
        state.Step();
        return false;
    }

    /// <inheritdoc/>
    public void Wait(CudaStreamHandle stream, CudaEventHandle awaited)
    {
        const string call = "cuStreamWaitEvent";
        using var scope = Enter(call);
        var (state, moment) = (FindStream(stream, call), _events.Find(awaited.Value, call));
        if (moment.Point is { } point)
        {
            if (point.Capture.HasEnded) throw new CudaException(call, CudaStatus.CapturedEvent, "The event was recorded in a capture that has ended.");
            if (state == _default) throw Invalidate(call, CudaStatus.StreamCaptureImplicit, point.Capture);
            if (state.Capture is { } other && other != point.Capture) throw Invalidate(call, CudaStatus.StreamCaptureMerge, other);
            point.Capture.Wait(state, point);
            return;
        }
        if (!moment.IsRecorded) return;
        if (state.Capture is { } capture) throw Invalidate(call, CudaStatus.StreamCaptureIsolation, capture);
        Submit(call, stream, moment.Awaiting());
    }

    /// <inheritdoc/>
    public CudaEventHandle CreateEvent(CudaEventFlags flags = CudaEventFlags.DisableTiming)
    {
        using var scope = Enter("cuEventCreate");
        return new(_events.Add(new(flags)));
    }

    /// <inheritdoc/>
    public void DestroyEvent(CudaEventHandle handle)
    {
        using var scope = TryEnter("cuEventDestroy");
        if (scope.IsEntered && !handle.IsNull) _events.Remove(handle.Value, "cuEventDestroy");
    }

    /// <inheritdoc/>
    public void Record(CudaEventHandle handle, CudaStreamHandle stream)
    {
        const string call = "cuEventRecord";
        using var scope = Enter(call);
        var (moment, state) = (_events.Find(handle.Value, call), FindStream(stream, call));
        if (state.Capture is { } capture)
        {
            moment.Record(capture.PointOf(state));
            return;
        }
        OrderWithDefault(call, state);
        moment.Record(state);
        if (!deferred) state.Drain();
    }

    /// <inheritdoc/>
    public void Synchronize(CudaEventHandle handle)
    {
        const string call = "cuEventSynchronize";
        using var scope = Enter(call);
        FindEvent(handle, call).Await();
    }

    /// <inheritdoc/>
    public bool IsDone(CudaEventHandle handle)
    {
        const string call = "cuEventQuery";
        using var scope = Enter(call);
        var moment = FindEvent(handle, call);
        if (moment.HasHappened) return true;
        moment.Step();
        return false;
    }

    /// <inheritdoc/>
    public TimeSpan Elapsed(CudaEventHandle start, CudaEventHandle end)
    {
        const string call = "cuEventElapsedTime";
        using var scope = Enter(call);
        var (first, last) = (FindEvent(start, call), FindEvent(end, call));
        if (!first.TakesTime || !last.TakesTime) throw new CudaException(call, CudaStatus.InvalidHandle, "An event takes no time: create both without DisableTiming.");
        if (!first.IsRecorded || !last.IsRecorded) throw new CudaException(call, CudaStatus.InvalidHandle, "An event was not recorded.");
        if (!first.HasHappened || !last.HasHappened) throw new CudaException(call, CudaStatus.NotReady, "Wait for both events first.");
        return Stopwatch.GetElapsedTime(first.Timestamp, last.Timestamp);
    }

    /// <inheritdoc/>
    public void BeginCapture(CudaStreamHandle stream, CudaStreamCaptureMode mode = CudaStreamCaptureMode.ThreadLocal)
    {
        const string call = "cuStreamBeginCapture";
        using var scope = Enter(call);
        var state = FindStream(stream, call);
        if (state == _default) throw new CudaException(call, CudaStatus.StreamCaptureUnsupported, "The default stream cannot be captured: create one.");
        if (state.Capture is not null) throw new CudaException(call, CudaStatus.IllegalState, "The stream is captured already.");
        state.Capture = new(state, mode);
    }

    /// <inheritdoc/>
    public CudaGraphHandle EndCapture(CudaStreamHandle stream)
    {
        const string call = "cuStreamEndCapture";
        using var scope = Enter(call);
        var state = FindStream(stream, call);
        if (state.Capture is not { } capture) throw new CudaException(call, CudaStatus.IllegalState, "The stream is not captured.");
        if (capture.Origin != state) throw Invalidate(call, CudaStatus.StreamCaptureUnmatched, capture);
        if (capture.Mode != CudaStreamCaptureMode.Relaxed && capture.Thread != Environment.CurrentManagedThreadId)
            throw Invalidate(call, CudaStatus.StreamCaptureWrongThread, capture);
        capture.End();
        var graph = capture.ToGraph(reversed: deferred);
        if (!capture.IsInvalid && capture.IsJoined) return new(_graphs.Add(graph));
        ReleaseMemory(graph);
        throw capture.IsInvalid ? new CudaException(call, CudaStatus.StreamCaptureInvalidated, "A call that is not allowed came before.")
            : new CudaException(call, CudaStatus.StreamCaptureUnjoined, "The captured stream has to wait for the work of each stream that waited for it.");
    }

    /// <inheritdoc/>
    public void LaunchGraph(CudaGraphHandle graph, CudaStreamHandle stream)
    {
        const string call = "cuGraphLaunch";
        using var scope = Enter(call);
        var works = _graphs.Find(graph.Value, call).Works;
        Submit(call, stream, () =>
        {
            foreach (var work in works) work();
        });
    }

    /// <inheritdoc/>
    public void DestroyGraph(CudaGraphHandle graph)
    {
        using var scope = TryEnter("cuGraphExecDestroy");
        if (!scope.IsEntered || graph.IsNull) return;
        var state = _graphs.Remove(graph.Value, "cuGraphExecDestroy");
        if (state.Memory.Count > 0) DrainAll();
        ReleaseMemory(state);
    }

    /// <inheritdoc/>
    public void Synchronize()
    {
        const string call = "cuCtxSynchronize";
        using var scope = Enter(call, mayCapture: false);
        DrainAll();
    }

    private void ReleaseMemory(GraphState graph)
    {
        foreach (var memory in graph.Memory) Release("cuGraphExecDestroy", new(memory));
    }

    private StreamState FindStream(CudaStreamHandle stream, string call) => stream.IsNull ? _default : _streams.Find(stream.Value, call);

    private EventState FindEvent(CudaEventHandle handle, string call)
    {
        var moment = _events.Find(handle.Value, call);
        return moment.Point is null ? moment : throw new CudaException(call, CudaStatus.CapturedEvent, "The event was recorded in a captured stream: it happens in no stream.");
    }

    /// <summary>Puts work into a stream, or into the recording of it.</summary>
    private void Submit(string call, CudaStreamHandle handle, Action work)
    {
        var stream = FindStream(handle, call);
        if (stream.Capture is { } capture)
        {
            capture.Add(stream, work);
            return;
        }
        OrderWithDefault(call, stream);
        stream.Enqueue(work);
        if (!deferred) stream.Drain();
    }

    /// <summary>The default stream and the blocking ones wait for one another.</summary>
    private void OrderWithDefault(string call, StreamState stream)
    {
        if (stream != _default)
        {
            if (stream.IsBlocking) _default.Drain();
            return;
        }
        foreach (var other in _streams.Items)
        {
            if (!other.IsBlocking) continue;
            if (other.Capture is { } capture) throw Invalidate(call, CudaStatus.StreamCaptureImplicit, capture);
            other.Drain();
        }
    }

    private void DrainDefault()
    {
        foreach (var stream in AllStreams)
            if (stream.IsBlocking)
                stream.Drain();
    }

    private void DrainAll()
    {
        foreach (var stream in AllStreams) stream.Drain();
    }

    private void DropAll()
    {
        foreach (var stream in AllStreams) stream.Drop();
    }

    /// <summary>Calls that wait for the whole device, or change what graphs rely on, spoil a recording that forbids them.</summary>
    private void RefuseInCapture(string call)
    {
        foreach (var capture in Captures)
        {
            if (capture.Mode == CudaStreamCaptureMode.Relaxed) continue;
            if (capture.Mode == CudaStreamCaptureMode.Global || capture.Thread == Environment.CurrentManagedThreadId)
                throw Invalidate(call, CudaStatus.StreamCaptureUnsupported, capture);
        }
    }

    private static void RefuseCaptured(string call, StreamState stream)
    {
        if (stream.Capture is { } capture) throw Invalidate(call, CudaStatus.StreamCaptureUnsupported, capture);
    }

    private static CudaException Invalidate(string call, CudaStatus status, Capture capture)
    {
        capture.IsInvalid = true;
        return new(call, status);
    }
}
