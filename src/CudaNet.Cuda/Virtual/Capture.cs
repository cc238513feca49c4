using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Virtual;

/// <summary>A recording of one stream, and of those that wait for events recorded in it.</summary>
/// <remarks>The works are kept in the order of the calls, which fulfils every dependency. For each stream is known how much of
/// the others it has waited for, so that a stream that was not joined in the end is seen.</remarks>
internal sealed class Capture(StreamState origin, CudaStreamCaptureMode mode)
{
    private readonly List<Action> _works = [];
    private readonly HashSet<nint> _memory = [];
    private readonly Dictionary<StreamState, Dictionary<StreamState, int>> _seen = new() { [origin] = [] };

    public StreamState Origin { get; } = origin;

    public CudaStreamCaptureMode Mode { get; } = mode;

    /// <summary>The thread that began it.</summary>
    public int Thread { get; } = Environment.CurrentManagedThreadId;

    /// <summary>True once a forbidden call has spoilt it.</summary>
    public bool IsInvalid { get; set; }

    public bool HasEnded { get; private set; }

    /// <summary>Every other stream's last work is one that the origin has waited for.</summary>
    public bool IsJoined => _seen.All(stream => Count(_seen[Origin], stream.Key) >= Count(stream.Value, stream.Key));

    public void Add(StreamState stream, Action work)
    {
        _works.Add(work);
        var seen = _seen[stream];
        seen[stream] = Count(seen, stream) + 1;
    }

    /// <summary>Memory that lives as long as the graph.</summary>
    public void Own(nint memory) => _memory.Add(memory);

    public bool Owns(nint memory) => _memory.Contains(memory);

    public CapturePoint PointOf(StreamState stream) => new(this, new(_seen[stream]));

    /// <summary>The stream waits for a point, and belongs to the recording from now on.</summary>
    public void Wait(StreamState stream, CapturePoint point)
    {
        stream.Capture = this;
        if (!_seen.TryGetValue(stream, out var seen)) _seen[stream] = seen = [];
        foreach (var (other, count) in point.Seen) seen[other] = Math.Max(count, Count(seen, other));
    }

    public void End()
    {
        HasEnded = true;
        foreach (var stream in _seen.Keys) stream.Capture = null;
    }

    public GraphState ToGraph() => new([.. _works], _memory);

    private static int Count(Dictionary<StreamState, int> seen, StreamState stream) => seen.GetValueOrDefault(stream);
}

/// <summary>A place in a recording: how much of each stream lies before it.</summary>
internal sealed record CapturePoint(Capture Capture, Dictionary<StreamState, int> Seen);

/// <summary>What was recorded, and the memory that it allocates.</summary>
internal sealed record GraphState(Action[] Works, HashSet<nint> Memory);
