using CudaNet.Autodiff;
using CudaNet.Cuda.Execution;

namespace CudaNet.Tests.Execution;

/// <summary>Which kernels convolutions and pooling get, and that all of them give what the CPU gives in Float64.</summary>
[NonParallelizable]
public sealed class ConvolutionStepsTests
{
    private static readonly (DType Type, bool Tf32)[] Kinds = [(DType.Float32, false), (DType.Float32, true), (DType.Float16, false), (DType.BFloat16, false)];

    private static readonly (string Name, Func<Tensor[], Tensor> Compute)[] Networks =
    [
        ("bias and activation", t => t[0].Conv2d(t[1], t[2], padding: 1).Relu()),
        ("activation alone", t => t[0].Conv2d(t[1], padding: 1).Sigmoid()),
        ("residual and activation", t => (t[3] + t[0].Conv2d(t[1], padding: 1)).Tanh()),
        ("activation, then residual", t => t[3] + t[0].Conv2d(t[1], padding: 1).Sigmoid()),
        ("activation, then a number a channel", t => t[0].Conv2d(t[1], padding: 1).Tanh() + t[2].Reshape([8, 1, 1])),
        ("a residual that lies backwards", t => (t[3].Flip(3) + t[0].Conv2d(t[1], padding: 1)).Relu()),
        ("a residual for all examples", t => t[3].Narrow(0, 0, 1) + t[0].Conv2d(t[1], padding: 1)),
        ("a product and a residual that lies otherwise", t => (t[0].Reshape([16, 48]).MatMul(t[3].Reshape([48, 16])) + t[4].Reshape([70, 8]).Narrow(0, 0, 32).Reshape([16, 16]).T).Relu()),
        ("an epilogue that no kernel knows", t => (t[0].Conv2d(t[1], t[2], padding: 1) * t[3]).Relu() + 1),
        ("transposed, with bias", t => t[3].ConvTranspose2d(t[1], stride: 2, padding: 1).Relu()),
        ("each channel by itself", t => t[0].Conv2d(t[1].Narrow(1, 0, 1), t[2], padding: 1, groups: 8).Relu()),
        ("two results of each channel, stride 2", t => t[0].Narrow(1, 0, 4).Conv2d(t[1].Narrow(1, 0, 1), t[2], stride: 2, padding: 1, groups: 4)),
        ("a window that spans more than shared memory", t => t[0].Conv2d(t[1].Narrow(1, 0, 1), padding: 90, dilation: 90, groups: 8)),
        ("1×1", t => t[0].Conv2d(t[4]).Relu()),
        ("pooling", t => t[0].MaxPool2d(2) + t[0].AvgPool2d(2)),
    ];

    private static IEnumerable<TestCaseData> Cases => from kind in Kinds from network in Networks select new TestCaseData(kind.Type, kind.Tf32, network.Compute).SetArgDisplayNames(kind.Type.ToString(), kind.Tf32 ? "tf32" : "exact", network.Name);

    [TestCaseSource(nameof(Cases))]
    public void Values_and_gradients_agree_with_the_host_wherever_operands_begin(DType type, bool tf32, Func<Tensor[], Tensor> compute)
    {
        using var run = new VirtualRun(new CudaOptions { AllowTf32 = tf32 });
        // An offset of one element leaves no operand at a multiple of 16 bytes.
        foreach (var offset in new[] { 0, 1 })
        {
            Shape[] shapes = [[2, 8, 6, 8], [8, 8, 3, 3], [8], [2, 8, 6, 8], [70, 8, 1, 1]];
            var expected = Evaluate(compute, shapes, offset, type, DType.Float64, Device.Cpu);
            var actual = Evaluate(compute, shapes, offset, type, type, run.Device);
            // Each of the values and gradients adds up to 864 products of numbers up to about 1; results are rounded to their type, twice
            // where the epilogue is a step of its own, and so are the upstream gradients, which go through a sum again.
            double unit = type == DType.Float16 ? Math.Pow(2, -11) : type == DType.BFloat16 ? Math.Pow(2, -8) : tf32 ? Math.Pow(2, -11) : Math.Pow(2, -24);
            for (var k = 0; k < expected.Length; k++)
            {
                double most = expected[k].Max(Math.Abs);
                for (var i = 0; i < expected[k].Length; i++)
                    Assert.That(actual[k][i], Is.EqualTo(expected[k][i]).Within(16 * unit * Math.Max(1, most)), $"offset {offset}, {(k == 0 ? "value" : $"gradient {k}")}, element {i}");
            }
        }
        Assert.That(run.Backend.HostOps.Where(op => op.Contains("Conv", StringComparison.Ordinal) || op.Contains("Pool", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Float64_is_left_to_the_host()
    {
        using var run = new VirtualRun();
        var x = Tensor.Rand([1, 2, 5, 5], device: run.Device).To(DType.Float64);
        Assert.That(x.Conv2d(Tensor.Ones([1, 2, 5, 5], DType.Float64, run.Device)).Item<double>(), Is.EqualTo(x.Sum().Item<double>()).Within(1e-12));
        Assert.That(run.Backend.HostOps, Has.Some.Contains("Conv"));
    }

    [Test]
    public void A_long_sum_of_a_gradient_by_the_weights_is_cut_and_gives_the_same_bytes_each_time()
    {
        using var run = new VirtualRun();
        var x = Tensor.Rand([8, 1, 32, 32], device: run.Device).Realize();
        var w = Tensor.Rand([4, 1, 3, 3], device: run.Device).Realize();
        Tensor Gradient() => Grad.Of(x.Conv2d(w).Square().Sum(), w);
        var launches = run.Launches;
        var first = Gradient().ToBytes();
        Assert.That(run.Launches - launches, Is.GreaterThan(2), "the parts and their sum");
        Assert.That(Gradient().ToBytes(), Is.EqualTo(first));
    }

    [Test]
    public void Winograd_is_taken_for_many_channels_where_it_is_allowed()
    {
        double[][] values = [[], []];
        int[] launches = [0, 0];
        foreach (var allowed in new[] { 0, 1 })
        {
            using var run = new VirtualRun(new CudaOptions { AllowWinograd = allowed == 1 });
            var x = Tensor.From(Numbers(128 * 20, 1), [1, 128, 4, 5], run.Device).Realize();
            var w = Tensor.From(Numbers(128 * 130 * 9, 2), [130, 128, 3, 3], run.Device).Realize();
            var bias = Tensor.From(Numbers(130, 3), [130], run.Device).Realize();
            var before = run.Launches;
            var y = x.Conv2d(w, bias, padding: 1).Relu().Realize();
            launches[allowed] = run.Launches - before;
            values[allowed] = [.. y.ToDoubles(), .. Grad.Of((x.Conv2d(w, padding: 1) * y).Sum(), x).ToDoubles()];
        }
        Assert.That(launches, Is.EqualTo(new[] { 1, 4 }));
        // Sums of 1170 products of numbers up to 1 and 10: both kernels lose less than 1e-4 of what they add up to.
        for (var k = 0; k < values[0].Length; k++) Assert.That(values[1][k], Is.EqualTo(values[0][k]).Within(1e-4 * Math.Max(10, Math.Abs(values[0][k]))));
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = (float)((random.NextDouble() * 2) - 1);
        return values;
    }

    private static double[][] Evaluate(Func<Tensor[], Tensor> compute, Shape[] shapes, int offset, DType rounded, DType type, Device device)
    {
        var inputs = new Tensor[shapes.Length];
        for (var k = 0; k < inputs.Length; k++)
        {
            var values = Array.ConvertAll(Numbers((int)shapes[k].ElementCount + offset, k), value => value / (k is 1 or 4 ? 8 : 1));
            // Rounded on the host, so that both sides compute with the same numbers.
            var whole = Tensor.From(Tensor.From(values, [values.Length], Device.Cpu).To(rounded).To(DType.Float32).ToArray<float>(), [values.Length], device).To(type).Realize();
            inputs[k] = whole.Narrow(0, offset, shapes[k].ElementCount).Reshape(shapes[k]);
        }
        var y = compute(inputs);
        var gradients = Grad.Of(y.Square().Mean() * 64, inputs[..5]);
        return [y.ToDoubles(), .. gradients.Select(gradient => gradient.ToDoubles())];
    }
}
