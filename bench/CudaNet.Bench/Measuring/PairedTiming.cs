using System.Diagnostics;

namespace CudaNet.Bench.Measuring;

/// <summary>Seconds per run of both sides; entry i of one was measured right beside entry i of the other.</summary>
internal sealed record PairedTiming(double[] Ours, double[] Peer)
{
    private const int LeastPairs = 10;

    // Long against the clock's resolution and the cost of waking a worker, short against the machine's drift.
    private const double SampleSeconds = 0.01;

    // Idle workers of either side spin for about a millisecond before they sleep; while they do, the other side is slow.
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(3);

    /// <summary>Runs both sides by turns until there are at least ten pairs and both ran for the given time.</summary>
    internal static PairedTiming Measure(Workload workload, double secondsEach)
    {
        var ours = workload.Ours;
        var oursRuns = ours is null ? 0 : WarmUp(ours, secondsEach / 4);
        var peerRuns = WarmUp(workload.Peer, secondsEach / 4);
        var oursSeconds = new List<double>();
        var peerSeconds = new List<double>();
        GC.Collect();
        while (peerSeconds.Count < LeastPairs || Math.Min(Total(oursSeconds, oursRuns, ours), peerSeconds.Sum() * peerRuns) < secondsEach)
        {
            // ABBA: each side goes first in every other pair, so that a drift of the clock favours none.
            var oursFirst = peerSeconds.Count % 2 == 0;
            if (ours is not null && oursFirst)
                oursSeconds.Add(Sample(ours, oursRuns));
            peerSeconds.Add(Sample(workload.Peer, peerRuns));
            if (ours is not null && !oursFirst)
                oursSeconds.Add(Sample(ours, oursRuns));
        }
        return new PairedTiming([.. oursSeconds], [.. peerSeconds]);
    }

    private static double Total(List<double> samples, int runs, Action? side) => side is null ? double.MaxValue : samples.Sum() * runs;

    /// <summary>Lets the JIT finish and the caches fill; returns how many runs make a sample.</summary>
    private static int WarmUp(Action run, double seconds)
    {
        const int fewestRuns = 3;
        var began = Stopwatch.GetTimestamp();
        var fastest = double.MaxValue;
        for (var i = 0; i < fewestRuns || Stopwatch.GetElapsedTime(began).TotalSeconds < seconds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            run();
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return (int)Math.Clamp(Math.Ceiling(SampleSeconds / fastest), 1, 1_000_000);
    }

    private static double Sample(Action run, int runs)
    {
        Thread.Sleep(SettleTime);
        // Untimed: wakes this side's workers and brings its data back into the cache.
        run();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < runs; i++)
            run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / runs;
    }
}
