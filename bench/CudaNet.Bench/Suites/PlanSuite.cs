using CudaNet.Bench.Commands;
using CudaNet.Bench.Measuring;
using CudaNet.Execution;

namespace CudaNet.Bench.Suites;

/// <summary>What is not arithmetic: building and finding a plan, and starting a program.</summary>
internal static class PlanSuite
{
    private const int Operations = 200;

    internal static readonly Suite Suite = new("plan", "the cost beside the arithmetic: a graph of 200 operations on four numbers, and the start of a program",
    [
        () => Graph("built, found in the cache and run", compiled: false),
        () => Graph("compiled and run", compiled: true),
        Start,
    ]);

    private static Workload Graph(string what, bool compiled)
    {
        var x = Tensor.From(1f, 2, 3, 4);
        static Tensor Chain(Tensor y)
        {
            // A sum over all between the steps keeps them from becoming one kernel.
            for (var k = 0; k < Operations / 4; k++)
                y = (y * 0.5 + 1).Tanh() - y.Mean();
            return y;
        }
        var function = Compiled.Of(arguments => [Chain(arguments[0])]);
        return new Workload
        {
            Name = $"{Operations} operations {what}",
            Flops = 4 * Operations,
            Bytes = 32,
            Ours = compiled ? () => function([x])[0].Dispose() : () => Chain(x).Realize().Dispose(),
            Release = x.Dispose,
        };
    }

    /// <summary>A process from its start to its first result, with the JIT: published programs start faster.</summary>
    private static Workload Start() => new()
    {
        Name = "process to its first result, not published",
        Flops = 1,
        Bytes = 1,
        Ours = () => FirstResultCommand.RunChild(peer: false),
        Peer = () => FirstResultCommand.RunChild(peer: true),
    };
}
