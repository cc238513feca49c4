using System.Diagnostics;

namespace CudaNet.Bench.Measuring;

/// <summary>Seconds per run of several sides; entry i of one was measured right beside entry i of the others.</summary>
internal static class PairedTiming
{
    private const int LeastPairs = 10;

    // Long runs repeat well: fewer pairs do, so that a full comparison ends.
    private const int FewestPairs = 3;
    private const double PatienceFactor = 6;

    // The JIT makes its best code a tenth of a second after the calls that ask for it.
    private const double LeastWarmUp = 0.2;

    // Long against the clock's resolution and the cost of waking a worker, short against the machine's drift.
    private const double SampleSeconds = 0.01;

    // Idle workers of either side spin for about a millisecond before they sleep; while they do, the other side is slow.
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(3);

    /// <summary>Runs the sides by turns until there are at least ten rounds and each ran for the given time; of long runs at least three rounds.</summary>
    /// <returns>The samples of each side.</returns>
    internal static double[][] Measure(IReadOnlyList<Action> sides, double secondsEach)
    {
        var runs = sides.Select(side => WarmUp(side, Math.Max(LeastWarmUp, secondsEach / 4))).ToArray();
        var samples = sides.Select(_ => new List<double>()).ToArray();
        GC.Collect();
        var began = Stopwatch.GetTimestamp();
        while (sides.Count > 0)
        {
            var rounds = samples[0].Count;
            var shortest = Enumerable.Range(0, sides.Count).Min(k => samples[k].Sum() * runs[k]);
            if (rounds >= LeastPairs && shortest >= secondsEach)
                break;
            if (rounds >= FewestPairs && Stopwatch.GetElapsedTime(began).TotalSeconds > PatienceFactor * secondsEach * sides.Count)
                break;
            // Forth and back by turns, so that a drift of the clock favours none.
            for (var k = 0; k < sides.Count; k++)
            {
                var side = rounds % 2 == 0 ? k : sides.Count - 1 - k;
                samples[side].Add(Sample(sides[side], runs[side]));
            }
        }
        return [.. samples.Select(list => list.ToArray())];
    }

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
        // Untimed, of what is short: wakes this side's workers and brings its data back into the cache.
        if (runs > 1)
            run();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < runs; i++)
            run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / runs;
    }
}
