using System.Diagnostics;

namespace CudaNet.Cpu.Threading;

/// <summary>Busy waiting with a limit in time, so that a thread soon gives its core to other processes.</summary>
/// <param name="microseconds">How long to spin.</param>
internal struct ShortSpin(int microseconds)
{
    private readonly long _deadline = Stopwatch.GetTimestamp() + (Stopwatch.Frequency * microseconds / 1_000_000);

    /// <summary>Waits some tens of nanoseconds; false when the time is over.</summary>
    public readonly bool Once()
    {
        Thread.SpinWait(4);
        return Stopwatch.GetTimestamp() < _deadline;
    }
}
