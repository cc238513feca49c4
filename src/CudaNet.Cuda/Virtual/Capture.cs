using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Virtual;

/// <summary>A recording of one stream, and of those that wait for events recorded in it.</summary>
/// <remarks>For each stream is known how much of the others it has waited for. That tells which works a work depends on, and
/// whether a stream was not joined in the end.</remarks>
internal sealed class Capture(StreamState origin, CudaStreamCaptureMode mode)
{
    private readonly List<CapturedWork> _works = [];
    private readonly HashSet<nint> _memory = [];
    private readonly Dictionary<StreamState, List<int>> _worksOf = [];
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
        var seen = _seen[stream];
        int[] before = [.. seen.Where(other => other.Value > 0).Select(other => _worksOf[other.Key][other.Value - 1]).Order()];
        if (!_worksOf.TryGetValue(stream, out var own)) _worksOf[stream] = own = [];
        own.Add(_works.Count);
        seen[stream] = own.Count;
        _works.Add(new(work, before));
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

    /// <summary>The works in the order of the calls, or in one that is as different from it as their dependencies allow.</summary>
    public GraphState ToGraph(bool reversed) => new([.. (reversed ? LateFirst() : Enumerable.Range(0, _works.Count)).Select(index => _works[index].Run)], _memory);

    private IEnumerable<int> LateFirst()
    {
        var placed = new bool[_works.Count];
        var stack = new Stack<int>();
        for (var last = _works.Count - 1; last >= 0; last--)
        {
            stack.Push(last);
            while (stack.TryPeek(out var index))
            {
                var before = _works[index].Before;
                var open = placed[index] ? -1 : Array.FindLastIndex(before, work => !placed[work]);
                if (open >= 0)
                {
                    stack.Push(before[open]);
                    continue;
                }
                stack.Pop();
                if (placed[index]) continue;
                placed[index] = true;
                yield return index;
            }
        }
    }

    private static int Count(Dictionary<StreamState, int> seen, StreamState stream) => seen.GetValueOrDefault(stream);
}

/// <summary>A recorded work, and the works that it waits for.</summary>
internal sealed record CapturedWork(Action Run, int[] Before);

/// <summary>A place in a recording: how much of each stream lies before it.</summary>
internal sealed record CapturePoint(Capture Capture, Dictionary<StreamState, int> Seen);

/// <summary>What was recorded, and the memory that it allocates.</summary>
internal sealed record GraphState(Action[] Works, HashSet<nint> Memory);
