using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Tests.Modules;

[TestFixture]
internal sealed class ActivationTests
{
    private static readonly double[] Points = [-3, -1, -0.5, 0, 0.5, 1, 3];

    private static IEnumerable<TestCaseData> Golden()
    {
        static TestCaseData Of(Layer layer, params double[] expected) => new TestCaseData(layer, expected).SetArgDisplayNames(layer.ToString()!);
        yield return Of(new Sigmoid(), 0.0474259, 0.2689414, 0.3775407, 0.5, 0.6224593, 0.7310586, 0.9525741);
        yield return Of(new Tanh(), -0.9950548, -0.7615942, -0.4621172, 0, 0.4621172, 0.7615942, 0.9950548);
        yield return Of(new ELU(), -0.9502129, -0.6321206, -0.3934693, 0, 0.5, 1, 3);
        yield return Of(new SELU(), -1.6705687, -1.1113307, -0.6917582, 0, 0.5253505, 1.0507010, 3.1521030);
        yield return Of(new CELU(2), -1.5537397, -0.7869387, -0.4423984, 0, 0.5, 1, 3);
        yield return Of(new GELU(), -0.0040497, -0.1586553, -0.1542688, 0, 0.3457312, 0.8413447, 2.9959503);
        yield return Of(new GELU(true), -0.0036374, -0.1588080, -0.1542860, 0, 0.3457140, 0.8411920, 2.9963626);
        yield return Of(new Softplus(), 0.0485874, 0.3132617, 0.4740770, 0.6931472, 0.9740770, 1.3132617, 3.0485874);
        yield return Of(new Tanhshrink(), -2.0049452, -0.2384058, -0.0378828, 0, 0.0378828, 0.2384058, 2.0049452);
        yield return Of(new LeakyReLU(), -0.03, -0.01, -0.005, 0, 0.5, 1, 3);
        yield return Of(new PReLU(type: DType.Float64), -0.75, -0.25, -0.125, 0, 0.5, 1, 3);
        yield return Of(new Hardtanh(), -1, -1, -0.5, 0, 0.5, 1, 1);
        yield return Of(new Softshrink(), -2.5, -0.5, 0, 0, 0, 0.5, 2.5);
        yield return Of(new Softshrink(1), -2, 0, 0, 0, 0, 0, 2);
        yield return Of(new Hardshrink(1), -3, 0, 0, 0, 0, 0, 3);
        yield return Of(new Threshold(0.5, 7), 7, 7, 7, 7, 7, 1, 3);
        yield return Of(new Heaviside(), 0, 0, 0, 1, 1, 1, 1);
    }

    [TestCaseSource(nameof(Golden))]
    public void An_activation_has_its_known_values(Layer layer, double[] expected) =>
        Assert.That(layer.Forward(Tensor.From(Points)).ToArray<double>(), Is.EqualTo(expected).Within(6e-8));

    [Test]
    public void Slopes_of_RReLU_are_drawn_in_training_and_fixed_in_evaluation()
    {
        const int count = 100_000;
        var layer = new RReLU(random: new(3));
        var x = Tensor.Full([count], -1.0, DType.Float64);
        var slopes = Array.ConvertAll(layer.Forward(x).ToArray<double>(), y => -y);
        Assert.That(slopes, Is.All.InRange(1.0 / 8, 1.0 / 3));
        var (mean, deviation) = ((1.0 / 8 + 1.0 / 3) / 2, (1.0 / 3 - 1.0 / 8) / Math.Sqrt(12));
        Assert.That(slopes.Average(), Is.EqualTo(mean).Within(3 * deviation / Math.Sqrt(count)));
        Assert.That(layer.Forward(x).ToArray<double>(), Is.Not.EqualTo(slopes.Select(a => -a)), "the same slopes twice");
        layer.Eval();
        Assert.That(layer.Forward(x).ToArray<double>(), Is.All.EqualTo(-mean));
    }

    [Test]
    public void The_gradient_of_RReLU_is_the_drawn_slope()
    {
        var x = Tensor.Full([50], -2.0, DType.Float64);
        var y = new RReLU(random: new(3)).Forward(x);
        Assert.That(Grad.Of(y.Sum(), x).ToArray<double>(), Is.EqualTo((y / -2).ToArray<double>()).Within(1e-12));
    }

    [Test]
    public void The_slope_of_PReLU_learns()
    {
        var layer = new PReLU(2);
        Assert.That(layer.NamedParameters().Single().Name, Is.EqualTo("weight"));
        var sgd = new Sgd(layer.Parameters(), 0.1);
        (layer.Forward(Tensor.From(new float[,] { { -1, 1 } })) - 1).Square().Sum().Backward();
        sgd.Step();
        // d/da (−a − 1)² = 2(a + 1) at a = ¼; the second channel was not below 0.
        Assert.That(layer.Weight.Value.ToArray<float>(), Is.EqualTo(new[] { 0.25f - 0.1f * 2.5f, 0.25f }).Within(1e-6));
    }

    [Test]
    public void The_step_learns_nothing_unless_the_gradient_is_passed_straight_through()
    {
        var x = Tensor.From(-1.0, 0.5);
        Assert.That(Grad.Of(new Heaviside().Forward(x).Sum(), x).ToArray<double>(), Is.All.Zero);
        Assert.That(Grad.Of(new Heaviside(straightThrough: true).Forward(x).Sum(), x).ToArray<double>(), Is.All.EqualTo(1));
    }

    [Test]
    public void Tanhshrink_keeps_its_digits_near_zero()
    {
        const double x = 1e-3;
        var exact = x * x * x / 3 - 2 * Math.Pow(x, 5) / 15;
        Assert.That(Tensor.From((float)x).Tanhshrink().Item() / exact, Is.EqualTo(1).Within(1e-5));
    }

    [Test]
    public void Large_inputs_stay_finite()
    {
        var x = Tensor.From(-1e4f, 1e4f);
        foreach (Layer layer in (Layer[])[new Softplus(), new Mish(), new ELU(), new SELU(), new CELU(), new SiLU(), new LogSigmoid(), new LogSoftmax(), new Softmin(), new Tanhshrink()])
        {
            var y = layer.Forward(x);
            Assert.That(y.ToArray<float>().All(float.IsFinite), $"{layer}");
            Assert.That(Grad.Of(layer.Forward(x).Sum(), x).ToArray<float>().All(float.IsFinite), $"gradient of {layer}");
        }
        Assert.That(new Softplus().Forward(Tensor.From(1000f)).Item(), Is.EqualTo(1000));
    }

    [Test]
    public void The_slope_of_CELU_has_no_jump_and_that_of_ELU_has()
    {
        var x = Tensor.From(-1e-9, 1e-9);
        Assert.That(Grad.Of(x.Celu(2).Sum(), x).ToArray<double>(), Is.All.EqualTo(1).Within(1e-6));
        Assert.That(Grad.Of(x.Elu(2).Sum(), x).ToArray<double>(), Is.EqualTo(new[] { 2.0, 1 }).Within(1e-6));
    }

    [Test]
    public void SELU_keeps_mean_and_variance_through_twenty_layers()
    {
        var random = new RandomStream(5);
        var x = random.Normal([256, 256]);
        for (var layer = 0; layer < 20; layer++) x = x.MatMul(Nn.Initializers.Init.LecunNormal([256, 256], random).T).Selu().Realize();
        Assert.That(x.Mean().Item(), Is.EqualTo(0).Within(0.1));
        Assert.That(x.Var().Item(), Is.InRange(0.8, 1.2));
    }
}
