using CudaNet.Bench.Measuring;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Bench.Suites;

/// <summary>Memory-bound work: single functions, a chain that can be fused, and reductions.</summary>
/// <remarks>
/// TorchSharp has no form of these that writes into a given output, so both sides take theirs from their allocator,
/// which hands the freed block of the run before out again.
/// </remarks>
internal static class ElementwiseSuite
{
    private const int InCache = 1 << 16;
    private const int Large = 1 << 22;

    internal static readonly Suite Suite = new("elementwise", "elementwise functions, a fused chain and sums in f32",
    [
        .. Each(size => Create("add", size, arrays: 3, flops: 1, (x, y) => x.add(y))),
        .. Each(size => Create("exp", size, arrays: 2, flops: 1, (x, _) => x.exp())),
        .. Each(size => Create("tanh", size, arrays: 2, flops: 1, (x, _) => x.tanh())),
        .. Each(size => Create("gelu", size, arrays: 2, flops: 1, (x, _) => functional.gelu(x))),
        .. Each(size => Create("gelu(x*y + x) * y", size, arrays: 3, flops: 4, (x, y) =>
        {
            using var product = x.mul(y);
            product.add_(x);
            var activated = functional.gelu(product);
            activated.mul_(y);
            return activated;
        })),
        .. Each(size => Create("sum", size, arrays: 1, flops: 1, (x, _) => x.sum())),
        () => CreateReduction("sum of rows", 2048, 2048, dimension: 1),
        () => CreateReduction("sum of columns", 2048, 2048, dimension: 0),
    ]);

    private static IEnumerable<Func<Workload>> Each(Func<int, Workload> create) => [() => create(InCache), () => create(Large)];

    private static Workload Create(string name, int size, int arrays, double flops, Func<torch.Tensor, torch.Tensor, torch.Tensor> peer)
    {
        var x = Inputs.ToTorch(Inputs.Normal(size, seed: 1), size);
        var y = Inputs.ToTorch(Inputs.Normal(size, seed: 2), size);
        return new Workload
        {
            Name = $"{name} {size}",
            Flops = flops * size,
            Bytes = 4.0 * arrays * size,
            Peer = () => peer(x, y).Dispose(),
            Release = () =>
            {
                x.Dispose();
                y.Dispose();
            },
        };
    }

    private static Workload CreateReduction(string name, int rows, int columns, long dimension)
    {
        var x = Inputs.ToTorch(Inputs.Normal((long)rows * columns, seed: 1), rows, columns);
        return new Workload
        {
            Name = $"{name} {rows}x{columns}",
            Flops = (double)rows * columns,
            Bytes = 4.0 * rows * columns,
            Peer = () => x.sum(dimension).Dispose(),
            Release = x.Dispose,
        };
    }
}
