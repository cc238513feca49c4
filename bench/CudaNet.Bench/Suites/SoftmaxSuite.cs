using CudaNet.Bench.Measuring;

namespace CudaNet.Bench.Suites;

/// <summary>Softmax over the last axis: class scores, attention rows, vocabulary rows.</summary>
internal static class SoftmaxSuite
{
    internal static readonly Suite Suite = new("softmax", "softmax over the last axis in f32",
    [
        () => Create(64, 10),
        () => Create(4096, 128),
        () => Create(1024, 1024),
        () => Create(64, 32768),
    ]);

    private static Workload Create(int rows, int columns)
    {
        var x = Inputs.ToTorch(Inputs.Normal((long)rows * columns, seed: 1), rows, columns);
        return new Workload
        {
            Name = $"softmax {rows}x{columns}",
            // Maximum, difference, exponential, sum, quotient.
            Flops = 5.0 * rows * columns,
            Bytes = 8.0 * rows * columns,
            Peer = () => x.softmax(-1).Dispose(),
            Release = x.Dispose,
        };
    }
}
