using CudaNet.Bench.Measuring;

namespace CudaNet.Bench.Suites;

/// <summary>Cost against size: what a call costs at least, where a second thread pays, where the caches end. Threads are compared by the runs for 1 and for all.</summary>
internal static class ScalingSuite
{
    internal static readonly Suite Suite = new("scaling", "cost against size in f32, calls included",
    [
        .. new[] { 8, 16, 32, 64, 128, 256, 512, 1024 }.Select<int, Func<Workload>>(size => () => Product(size)),
        .. new[] { 10, 12, 14, 16, 18, 20, 22, 24 }.Select<int, Func<Workload>>(power => () => Chain(1 << power)),
    ]);

    private static Workload Product(int size) =>
        Sides.Create($"matmul {size}x{size}", 2.0 * size * size * size, 12.0 * size * size,
            [(Inputs.Normal(size * size, seed: 1), [size, size]), (Inputs.Normal(size * size, seed: 2), [size, size])],
            x => x[0].MatMul(x[1]), x => x[0].matmul(x[1]), tolerance: 1e-4);

    /// <summary>Ten operations that can be one pass over memory.</summary>
    private static Workload Chain(int size) =>
        Sides.Create($"chain of ten {size}", 10.0 * size, 12.0 * size, [(Inputs.Normal(size, seed: 1), [size]), (Inputs.Normal(size, seed: 2), [size])],
            x => ((((x[0] * 2 + x[1]).Relu() - 0.5) * x[0] + 1) * x[1]).Abs().Sqrt() + x[0],
            x =>
            {
                var y = x[0].mul(2);
                _ = y.add_(x[1]).relu_().sub_(0.5).mul_(x[0]).add_(1).mul_(x[1]).abs_().sqrt_().add_(x[0]);
                return y;
            });
}
