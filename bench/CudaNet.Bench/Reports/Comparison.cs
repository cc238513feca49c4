using CudaNet.Bench.Measuring;

namespace CudaNet.Bench.Reports;

/// <summary>A measurement set against the machine's peaks.</summary>
/// <param name="Measured">What was measured.</param>
/// <param name="Peak">What the machine can do.</param>
/// <param name="Threads">Threads of both sides.</param>
/// <param name="StockPeer">Seconds of the peer's runs with the allocator as it comes; none where it was not measured.</param>
internal sealed record Comparison(Measurement Measured, MachinePeak Peak, int Threads, double[] StockPeer)
{
    // Shorter medians say more of other programs than of the two sides.
    private const double Short = 1e-3;

    internal string Suite => Measured.Suite;

    internal string Name => Measured.Name;

    internal bool Failed => Measured.Failure is not null;

    internal bool IsTimed => Measured.Unit == Unit.Seconds;

    internal bool HasOurs => Measured.Ours.Length > 0;

    internal bool HasPeer => Measured.Peer.Length > 0;

    /// <summary>Both sides have times.</summary>
    internal bool IsCompared => HasOurs && HasPeer;

    internal bool Agrees => !Failed && Measured.Disagreement <= Measured.Tolerance;

    internal double OursBest => Best(Measured.Ours);

    internal double PeerBest => Best(Measured.Peer);

    internal double OursMedian => Statistics.Median(Measured.Ours);

    internal double PeerMedian => Statistics.Median(Measured.Peer);

    /// <summary>The median of the peer with the allocator as it comes: what its users get. NaN where it was not measured.</summary>
    internal double StockMedian => Statistics.Median(StockPeer);

    /// <summary>What counts: the ratio of medians, or below a millisecond of the best times. Above 1 we are ahead.</summary>
    internal double Ratio => IsTimed && OursMedian < Short ? BestRatio : MedianRatio;

    internal double MedianRatio => PeerMedian / OursMedian;

    /// <summary>The ratio of the best times: what is left of it when other programs disturb the medians.</summary>
    internal double BestRatio => PeerBest / OursBest;

    /// <summary>The middle half of the ratios of single pairs.</summary>
    internal (double Low, double High) RatioSpread
    {
        get
        {
            var ratios = Measured.Peer.Zip(Measured.Ours, (peer, ours) => peer / ours).ToArray();
            return (Statistics.Quantile(ratios, 0.25), Statistics.Quantile(ratios, 0.75));
        }
    }

    /// <summary>The best times of further peers over ours.</summary>
    internal IEnumerable<(string Name, double Ratio)> OtherRatios =>
        Measured.Others.Where(other => other.Value.Length > 0 && HasOurs).Select(other => (other.Key, Best(other.Value) / OursBest));

    /// <summary>Whether, at the measured peaks, arithmetic takes longer than moving the operands.</summary>
    internal bool IsComputeBound => Measured.Flops / Peak.GigaFlops > Measured.Bytes / Peak.GigaBytes;

    /// <summary>False where a rate would say nothing.</summary>
    internal bool HasRate => Measured.Flops + Measured.Bytes > 0;

    /// <summary>GFLOP/s when compute-bound, GB/s otherwise.</summary>
    internal double Rate(double seconds) => (IsComputeBound ? Measured.Flops : Measured.Bytes) / seconds / 1e9;

    internal double ShareOfPeak(double seconds) => Rate(seconds) / (IsComputeBound ? Peak.GigaFlops : Peak.GigaBytes);

    private static double Best(double[] seconds) => seconds.Length == 0 ? double.NaN : seconds.Min();
}
