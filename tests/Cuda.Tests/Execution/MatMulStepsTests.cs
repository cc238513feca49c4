using CudaNet.Autodiff;
using CudaNet.Cuda.Execution;

namespace CudaNet.Tests.Execution;

/// <summary>Which kernels matrix products get, and that all of them give what the CPU gives in Float64.</summary>
[NonParallelizable]
public sealed class MatMulStepsTests
{
    private static readonly (DType Type, bool Tf32)[] Kinds = [(DType.Float32, false), (DType.Float32, true), (DType.Float16, false), (DType.BFloat16, false), (DType.Float64, false)];

    // Left, right, a row of the result's width, and one of the result's shape.
    private static readonly (string Name, Shape Left, Shape Right, Func<Tensor[], Tensor> Compute)[] Products =
    [
        ("bias and activation", [24, 40], [40, 48], t => (t[0].MatMul(t[1]) + t[2]).Relu()),
        ("odd sizes", [5, 7], [7, 9], t => (t[0].MatMul(t[1]) + t[2]).Tanh()),
        ("bias and residual", [24, 40], [40, 48], t => t[0].MatMul(t[1]) + t[2] + t[3]),
        ("matrix before, row behind", [9, 16], [16, 24], t => (t[0].MatMul(t[1]) + t[3]).Sigmoid() + t[2]),
        ("an epilogue that no kernel knows", [9, 16], [16, 24], t => (t[0].MatMul(t[1]) * t[3]).Exp()),
        ("transposed operands", [16, 9], [24, 16], t => t[0].T.MatMul(t[1].T)),
        ("one row", [1, 264], [24, 264], t => t[0].MatMul(t[1].T) + t[2]),
        ("one column", [24, 264], [264, 1], t => t[0].MatMul(t[1])),
        ("a long sum", [8, 1040], [1040, 16], t => t[0].MatMul(t[1]) + t[2]),
        ("a batch against one", [3, 5, 8], [8, 16], t => (t[0].MatMul(t[1]) + t[2]).Relu()),
        ("batches that do not step evenly", [2, 3, 4, 5, 8], [3, 1, 8, 6], t => t[0].MatMul(t[1].ExpandTo([3, 4, 8, 6])) + t[2]),
        ("no products", [0, 5, 8], [0, 8, 16], t => t[0].MatMul(t[1]) + t[2]),
    ];

    private static IEnumerable<TestCaseData> Cases =>
        from kind in Kinds from product in Products select new TestCaseData(kind.Type, kind.Tf32, product.Left, product.Right, product.Compute).SetArgDisplayNames(kind.Type.ToString(), kind.Tf32 ? "tf32" : "exact", product.Name);

    [TestCaseSource(nameof(Cases))]
    public void Values_and_gradients_agree_with_the_host_wherever_operands_begin(DType type, bool tf32, Shape left, Shape right, Func<Tensor[], Tensor> compute)
    {
        using var run = new VirtualRun(new CudaOptions { AllowTf32 = tf32 });
        foreach (var offset in new[] { 0, 1 })
        {
            var expected = Evaluate(compute, left, right, offset, type, DType.Float64, Device.Cpu);
            var actual = Evaluate(compute, left, right, offset, type, type, run.Device);
            // Sums of up to 1040 products of numbers up to 1 and 1/8 are rounded to their type, twice where the epilogue is a step of its
            // own, and so are the gradients that go through another sum. Errors of terms add up like a random walk, of magnitude
            // √1040/8 ≈ 4 units; exact sums of f32 are off by as many roundings as they are long at worst.
            double unit = type switch { DType.Float16 => Math.Pow(2, -11), DType.BFloat16 => Math.Pow(2, -8), DType.Float64 => Math.Pow(2, -53) * 16, _ => tf32 ? Math.Pow(2, -11) : Math.Pow(2, -24) * 16 };
            for (var k = 0; k < expected.Length; k++)
            {
                double most = expected[k].Select(Math.Abs).DefaultIfEmpty(0).Max();
                Assert.That(actual[k], Has.Length.EqualTo(expected[k].Length));
                for (var i = 0; i < expected[k].Length; i++)
                    Assert.That(actual[k][i], Is.EqualTo(expected[k][i]).Within(16 * unit * Math.Max(1, most)), $"offset {offset}, {(k == 0 ? "value" : $"gradient {k}")}, element {i}");
            }
        }
        Assert.That(run.Backend.HostOps.Where(op => op.Contains("MatMul", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Bias_activation_and_residual_are_part_of_the_launch()
    {
        using var run = new VirtualRun();
        Tensor a = Tensor.Rand([16, 16], device: run.Device).Realize(), b = Tensor.Rand([16, 16], device: run.Device).Realize(), bias = Tensor.Rand([16], device: run.Device).Realize();
        foreach (var compute in (Func<Tensor>[])[() => a.MatMul(b), () => (a.MatMul(b) + bias).Relu(), () => (a.MatMul(b) + bias).Sigmoid() + a, () => a.MatMul(b) + bias + a])
        {
            var launches = run.Launches;
            compute().Realize();
            Assert.That(run.Launches - launches, Is.EqualTo(1));
        }
    }

    [Test]
    public void Integers_are_multiplied_on_the_device([Values(DType.Int32, DType.Int64)] DType type)
    {
        using var run = new VirtualRun();
        var a = Tensor.Arange(0, 15, 1, type, run.Device).Reshape([3, 5]).Realize();
        Assert.That(a.MatMul(a.T).ToDoubles(), Is.EqualTo(new double[] { 30, 80, 130, 80, 255, 430, 130, 430, 730 }));
        Assert.That(run.Backend.HostOps.Where(op => op.Contains("MatMul", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void A_batch_of_more_products_than_a_grid_has_room_for_is_cut()
    {
        using var run = new VirtualRun();
        const int Batch = 65_600;
        var a = Tensor.Arange(0, Batch * 3, 1, DType.Float32, run.Device).Reshape([Batch, 1, 3]).Realize();
        var b = Tensor.Arange(0, Batch * 2, 1, DType.Float32, run.Device).Reshape([Batch, 2, 1]).Realize();
        // Powers of two make every product and sum exact.
        var (x, y) = ((a % 4).Realize(), (b % 8).Realize());
        var launches = run.Launches;
        double[] actual = x.MatMul(y.ExpandTo([Batch, 2, 3]).TransposeLast()).ToDoubles();
        Assert.That(run.Launches - launches, Is.GreaterThanOrEqualTo(2));
        for (var z = 0; z < Batch; z++)
            for (var n = 0; n < 2; n++)
                if (actual[(2 * z) + n] is var value && value != (((3 * z) % 4) + (((3 * z) + 1) % 4) + (((3 * z) + 2) % 4)) * (((2 * z) + n) % 8))
                    Assert.Fail($"product {z}, column {n} is {value}");
        Assert.That(run.Backend.HostOps.Where(op => op.Contains("MatMul", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void A_split_sum_gives_the_same_bytes_each_time()
    {
        using var run = new VirtualRun();
        Tensor a = Tensor.Rand([8, 4096], device: run.Device).Realize(), b = Tensor.Rand([4096, 8], device: run.Device).Realize();
        var launches = run.Launches;
        var first = a.MatMul(b).ToBytes();
        Assert.That(run.Launches - launches, Is.EqualTo(2), "the parts and their sum");
        Assert.That(a.MatMul(b).ToBytes(), Is.EqualTo(first));
    }

    private static double[][] Evaluate(Func<Tensor[], Tensor> compute, Shape left, Shape right, int offset, DType rounded, DType type, Device device)
    {
        var (a, b) = (Make(left, 0), Make(right, 1));
        var width = compute([a, b, Tensor.Zeros([1], type, device), Tensor.Zeros([1], type, device)]).Shape;
        var (row, whole) = (Make([width[^1]], 2), Make(width, 3));
        var y = compute([a, b, row, whole]);
        var gradients = Grad.Of(y.Square().Sum(), [a, b]);
        return [y.ToDoubles(), .. gradients.Select(gradient => gradient.ToDoubles())];

        Tensor Make(Shape shape, int seed)
        {
            var random = new Random(seed);
            var values = new float[shape.ElementCount + offset];
            for (var i = 0; i < values.Length; i++) values[i] = (float)((random.NextDouble() * 2) - 1) / (seed == 1 ? 8 : 1);
            // Rounded on the host, so that both sides compute with the same numbers.
            var stored = Tensor.From(Tensor.From(values, [values.Length], Device.Cpu).To(rounded).To(DType.Float32).ToArray<float>(), [values.Length], device).To(type).Realize();
            return stored.Narrow(0, offset, shape.ElementCount).Reshape(shape);
        }
    }
}
