using CudaNet.Bench.Measuring;

namespace CudaNet.Bench.Reports;

/// <summary>What was measured of one workload.</summary>
internal sealed record Comparison(
    string Suite, string Name, double Flops, double Bytes, PairedTiming Timing, double Disagreement, double Tolerance, MachinePeak Peak)
{
    /// <summary>Cores that other programs used meanwhile; null where the system does not tell.</summary>
    internal double? ForeignCores { get; init; }

    internal bool HasOurs => Timing.Ours.Length > 0;

    internal bool Agrees => Disagreement <= Tolerance;

    internal double OursMedian => Statistics.Median(Timing.Ours);

    internal double PeerMedian => Statistics.Median(Timing.Peer);

    /// <summary>The peer's median over ours: above 1 we are ahead.</summary>
    internal double Ratio => PeerMedian / OursMedian;

    /// <summary>The same of the best times: what is left of it when other programs disturb the medians.</summary>
    internal double BestRatio => Timing.Peer.Min() / Timing.Ours.Min();

    /// <summary>The middle half of the ratios of single pairs.</summary>
    internal (double Low, double High) RatioSpread
    {
        get
        {
            var ratios = Timing.Peer.Zip(Timing.Ours, (peer, ours) => peer / ours).ToArray();
            return (Statistics.Quantile(ratios, 0.25), Statistics.Quantile(ratios, 0.75));
        }
    }

    /// <summary>Whether, at the measured peaks, arithmetic takes longer than moving the operands.</summary>
    internal bool IsComputeBound => Flops / Peak.GigaFlops > Bytes / Peak.GigaBytes;

    /// <summary>GFLOP/s when compute-bound, GB/s otherwise.</summary>
    internal double Rate(double seconds) => (IsComputeBound ? Flops : Bytes) / seconds / 1e9;

    internal double ShareOfPeak(double seconds) => Rate(seconds) / (IsComputeBound ? Peak.GigaFlops : Peak.GigaBytes);
}
