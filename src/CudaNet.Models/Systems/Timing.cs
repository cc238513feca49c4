using System.Diagnostics;

namespace CudaNet.Models.Systems;

/// <summary>Time that something takes.</summary>
internal static class Timing
{
    // Until then the runtime still compiles what it found to be hot.
    private const double LeastTotal = 0.4;

    /// <summary>The least of many times, which others on the machine disturb least: of so many or of as many as fit into 0.4 s, if those are more.</summary>
    public static double LeastSeconds(int times, Action run)
    {
        var total = Stopwatch.StartNew();
        var least = double.PositiveInfinity;
        for (var k = 0; k < times || total.Elapsed.TotalSeconds < LeastTotal; k++)
        {
            var clock = Stopwatch.StartNew();
            run();
            least = Math.Min(least, clock.Elapsed.TotalSeconds);
        }
        return least;
    }
}
