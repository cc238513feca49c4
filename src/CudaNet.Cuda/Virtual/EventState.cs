using System.Diagnostics;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Virtual;

/// <summary>An event, and the point of a stream that it was last recorded at.</summary>
internal sealed class EventState(CudaEventFlags flags)
{
    private StreamState? _stream;
    private long _ticket;

    public bool TakesTime { get; } = (flags & CudaEventFlags.DisableTiming) == 0;

    /// <summary>True once a stream has recorded it.</summary>
    public bool IsRecorded => _stream is not null;

    /// <summary>An event that no stream has recorded counts as one that has happened.</summary>
    public bool HasHappened => _stream is null || _stream.Done >= _ticket;

    public long Timestamp { get; private set; }

    /// <summary>Where it was recorded while a stream was captured; null where it was not.</summary>
    public CapturePoint? Point { get; private set; }

    public void Record(StreamState stream)
    {
        (_stream, Point) = (stream, null);
        stream.Enqueue(() => Timestamp = Stopwatch.GetTimestamp());
        _ticket = stream.Enqueued;
    }

    public void Record(CapturePoint point) => Point = point;

    /// <summary>Does the work before the point.</summary>
    public void Await() => _stream?.Drain(_ticket);

    /// <summary>Work that waits for the point as it is now: recording the event again does not change it.</summary>
    public Action Awaiting()
    {
        var (stream, ticket) = (_stream, _ticket);
        return () => stream?.Drain(ticket);
    }

    /// <summary>Does one work before the point, so that whoever asks again and again gets there.</summary>
    public void Step()
    {
        if (!HasHappened) _stream!.Step();
    }
}
