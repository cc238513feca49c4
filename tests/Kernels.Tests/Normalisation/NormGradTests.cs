using CudaNet.Cpu.Threading;
using CudaNet.Ops;

namespace CudaNet.Tests.Normalisation;

/// <summary>Normalisations and their gradients where the work is divided among threads.</summary>
[NonParallelizable]
public class NormGradTests
{
    private static readonly TestCaseData[] Layouts =
    [
        Case("rows", [700, 130], 1, [1, 130]),
        Case("images of a batch", [13, 9, 20, 17], [0, 2, 3], [1, 9, 1, 1]),
        Case("groups of channels", [11, 3, 8, 150], [2, 3], [1, 3, 8, 1]),
        Case("vectors of a batch", [1000, 77], 0, [1, 77]),
    ];

    private static TestCaseData Case(string name, Shape shape, Axes axes, Shape weights) => new TestCaseData(shape, axes, weights).SetArgDisplayNames(name);

    private int _threads;

    [SetUp]
    public void Remember() => _threads = WorkerPool.Threads;

    [TearDown]
    public void Restore() => WorkerPool.Threads = _threads;

    [TestCaseSource(nameof(Layouts))]
    public void Gradients_by_all_inputs_are_those_in_Float64(Shape shape, Axes axes, Shape weights)
    {
        var all = All(shape, axes, weights, DType.Float64);
        foreach (var threads in (int[])[1, 3])
        {
            WorkerPool.Threads = threads;
            var found = All(shape, axes, weights, DType.Float32);
            // Sums of 700 … 70000 terms of size 1: the square root of that times the rounding of one.
            for (var k = 0; k < all.Length; k++) Close.Assert(found[k].To(DType.Float64), all[k], 1e-4);
        }
    }

    [TestCaseSource(nameof(Layouts))]
    public void The_same_number_of_threads_gives_the_same_bits(Shape shape, Axes axes, Shape weights)
    {
        WorkerPool.Threads = 3;
        var first = All(shape, axes, weights, DType.Float32).Select(x => x.ToArray<float>()).ToArray();
        for (var k = 0; k < 3; k++)
            Assert.That(All(shape, axes, weights, DType.Float32).Select(x => x.ToArray<float>()), Is.EqualTo(first));
    }

    private static Tensor[] All(Shape shape, Axes axes, Shape weights, DType type)
    {
        Tensor Random(Shape size, int seed) => Tensor.Randn(size, seed: seed).To(type).Realize();
        var (x, gamma, beta, upstream) = (Random(shape, 1) + 3, Random(weights, 2), Random(weights, 3), Random(shape, 4));
        var y = new Standardize(axes, 1e-5).Apply(x, gamma, beta);
        return [.. Vjp.Of(y, upstream, x, gamma, beta).Prepend(y).Select(result => result.Realize())];
    }
}
