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
    private const int Huge = 1 << 24;

    internal static readonly Suite Suite = new("elementwise", "elementwise functions, a fused chain and sums in f32",
    [
        .. Each(size => Binary("add", size, arrays: 3, flops: 1, (x, y) => x + y, (x, y) => x.add(y))),
        .. Each(size => Unary("exp", size, x => x.Exp(), x => x.exp())),
        .. Each(size => Unary("tanh", size, x => x.Tanh(), x => x.tanh())),
        .. Each(size => Unary("gelu", size, x => x.Gelu(), x => functional.gelu(x))),
        .. Each(size => Binary("gelu(x*y + x) * y", size, arrays: 3, flops: 4, (x, y) => (x * y + x).Gelu() * y, (x, y) =>
        {
            using var product = x.mul(y);
            product.add_(x);
            var activated = functional.gelu(product);
            activated.mul_(y);
            return activated;
        })),
        () => Unary("exp", Huge, x => x.Exp(), x => x.exp()),
        () => Unary("log", Huge, x => x.Log(), x => x.log()),
        () => Unary("tanh", Huge, x => x.Tanh(), x => x.tanh()),
        () => Unary("erf", Huge, x => x.Erf(), x => x.erf()),
        () => Unary("sin", Huge, x => x.Sin(), x => x.sin()),
        () => Sides.Create("add of a transposed 4096x1024", Large, 12.0 * Large, [(Inputs.Normal(Large, seed: 1), [4096, 1024]), (Inputs.Normal(Large, seed: 2), [1024, 4096])],
            x => x[0].T + x[1], x => x[0].t().add(x[1])),
        .. Each(size => Reduction($"sum {size}", [size], x => x.Sum(), x => x.sum())),
        () => Reduction("sum of rows 2048x2048", [2048, 2048], x => x.Sum(1), x => x.sum(1L)),
        () => Reduction("sum of columns 2048x2048", [2048, 2048], x => x.Sum(0), x => x.sum(0L)),
    ]);

    private static IEnumerable<Func<Workload>> Each(Func<int, Workload> create) => [() => create(InCache), () => create(Large)];

    private static Workload Unary(string name, int size, Func<Tensor, Tensor> ours, Func<torch.Tensor, torch.Tensor> peer) =>
        Sides.Create($"{name} {size}", flops: size, bytes: 8.0 * size,
            // A logarithm is not asked for numbers that it has not.
            [(name == "log" ? Array.ConvertAll(Inputs.Normal(size, seed: 1), Math.Abs) : Inputs.Normal(size, seed: 1), [size])], x => ours(x[0]), x => peer(x[0]));

    private static Workload Binary(string name, int size, int arrays, double flops, Func<Tensor, Tensor, Tensor> ours, Func<torch.Tensor, torch.Tensor, torch.Tensor> peer) =>
        Sides.Create($"{name} {size}", flops * size, 4.0 * arrays * size, [(Inputs.Normal(size, seed: 1), [size]), (Inputs.Normal(size, seed: 2), [size])],
            x => ours(x[0], x[1]), x => peer(x[0], x[1]));

    private static Workload Reduction(string name, long[] shape, Func<Tensor, Tensor> ours, Func<torch.Tensor, torch.Tensor> peer)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        // Values of one sign: of a sum that cancels, the relative difference says nothing.
        var values = Array.ConvertAll(Inputs.Normal(count, seed: 1), Math.Abs);
        return Sides.Create(name, flops: count, bytes: 4.0 * count, [(values, shape)], x => ours(x[0]), x => peer(x[0]));
    }
}
