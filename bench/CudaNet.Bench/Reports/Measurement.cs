using CudaNet.Bench.Measuring;

namespace CudaNet.Bench.Reports;

/// <summary>What a process measured of one workload.</summary>
/// <param name="Suite">Name of the suite.</param>
/// <param name="Name">Name of the workload.</param>
/// <param name="Flops">Operations of one run.</param>
/// <param name="Bytes">Least bytes of one run.</param>
/// <param name="Ours">Seconds of CudaNet's runs; none where only the peer was measured.</param>
/// <param name="Peer">Seconds of the peer's runs, beside ours one by one.</param>
/// <param name="Others">Seconds of further peers' runs, by name.</param>
/// <param name="Disagreement">Greatest relative difference of the results.</param>
/// <param name="Tolerance">The greatest that is still the same result.</param>
/// <param name="ForeignCores">Cores that other programs used meanwhile; null where the system does not tell.</param>
/// <param name="Unit">Of what the sides are compared by; where it is not seconds, read bytes for them above.</param>
/// <param name="Failure">Why there are no times; null when there are.</param>
internal sealed record Measurement(
    string Suite, string Name, double Flops, double Bytes, double[] Ours, double[] Peer, IReadOnlyDictionary<string, double[]> Others,
    double Disagreement, double Tolerance, double? ForeignCores, Unit Unit = Unit.Seconds, string? Failure = null);
