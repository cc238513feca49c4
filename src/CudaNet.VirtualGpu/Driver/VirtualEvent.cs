using System.Diagnostics;

namespace CudaNet.VirtualGpu;

/// <summary>A point in the order of a stream, with its time.</summary>
public sealed class VirtualEvent
{
    private long _timestamp;

    /// <summary>Whether a stream has recorded it.</summary>
    public bool IsRecorded => _timestamp != 0;

    /// <summary>Time from an earlier event to this one.</summary>
    /// <param name="start">The earlier event.</param>
    /// <exception cref="VirtualGpuException">One of the two was not recorded.</exception>
    public TimeSpan ElapsedSince(VirtualEvent start)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (!IsRecorded || !start.IsRecorded) throw new VirtualGpuException("ElapsedSince: both events must be recorded first.");
        return Stopwatch.GetElapsedTime(start._timestamp, _timestamp);
    }

    internal void Record() => _timestamp = Stopwatch.GetTimestamp();
}
