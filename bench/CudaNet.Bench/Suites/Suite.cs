using CudaNet.Bench.Measuring;

namespace CudaNet.Bench.Suites;

/// <summary>A named list of workloads, each made only when its turn has come.</summary>
internal sealed record Suite(string Name, string About, IReadOnlyList<Func<Workload>> Workloads)
{
    /// <summary>True where the number of threads changes nothing, so that one is enough.</summary>
    internal bool IsOfOneThread { get; init; }

    internal static readonly IReadOnlyList<Suite> All =
    [
        MatMulSuite.Suite, DecodingSuite.Suite, ElementwiseSuite.Suite, SoftmaxSuite.Suite, NormalisationSuite.Suite, ConvolutionSuite.Suite, AttentionSuite.Suite,
        RecurrentSuite.Suite, TrainingSuite.Suite, InferenceSuite.Suite, MemorySuite.Suite,
        ScalingSuite.Suite, PlanSuite.Suite, StartSuite.Suite,
    ];
}
