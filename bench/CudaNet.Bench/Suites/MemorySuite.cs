using CudaNet.Bench.Commands;
using CudaNet.Bench.Models;

namespace CudaNet.Bench.Suites;

/// <summary>The greatest memory of a process that trains a model, runtime and libraries included.</summary>
internal static class MemorySuite
{
    internal static readonly Suite Suite = new("memory", "peak memory of a process that trains, libraries included",
    [
        .. from training in TrainingCase.All
           where !training.Name.StartsWith("MLP", StringComparison.Ordinal)
           select (Func<Measuring.Workload>)(() => new()
           {
               Name = training.Name,
               Sizes = (() => PeakMemoryCommand.RunChild(training, peer: false), () => PeakMemoryCommand.RunChild(training, peer: true)),
           }),
    ])
    { IsOfOneThread = true };
}
