using CudaNet.Nn.Optimizers;

namespace CudaNet.Tests.Optimizers;

/// <summary>Gradients that are diagonal: there the iteration works on each singular value by itself, x ← a·x + b·x³ + c·x⁵.</summary>
[TestFixture]
internal sealed class MuonTests
{
    [Test]
    public void A_step_has_the_singular_values_that_the_iteration_gives([Values("2x2", "2x3", "3x2")] string shape, [Values] bool compiled)
    {
        var (rows, columns) = (shape[0] - '0', shape[2] - '0');
        var w = new Parameter(Tensor.Full([rows, columns], 0.5, DType.Float64), "w");
        var muon = new Muon([new([w])], [], learningRate: 0.1, momentum: 0.9, weightDecay: 0.2);
        double[] m = [0, 0], expected = [0.5, 0.5];
        var step = Step(w, Diagonal(rows, columns, 3, -4), muon, compiled);
        for (var t = 0; t < 3; t++)
        {
            step();
            double[] g = [3, -4], u = new double[2];
            for (var k = 0; k < 2; k++)
            {
                m[k] = 0.9 * m[k] + 0.1 * g[k];
                u[k] = 0.1 * g[k] + 0.9 * m[k];
            }
            for (var k = 0; k < 2; k++)
                expected[k] = expected[k] * (1 - 0.1 * 0.2) - 0.1 * 0.2 * Math.Sqrt(Math.Max(rows, columns)) * Iterated(u[k] / Math.Sqrt(u[0] * u[0] + u[1] * u[1]));
            var values = w.Value.ToArray<double>();
            // The tiny number that is added to the norm is seen in the eighth digit.
            Assert.That(new[] { values[0], values[columns + 1] }, Is.EqualTo(expected).Within(1e-7));
            Assert.That(values[1], Is.EqualTo(0.5 * Math.Pow(1 - 0.1 * 0.2, t + 1)).Within(1e-12), "off the diagonal only the decay acts");
        }
    }

    [Test]
    public void A_direction_is_nearly_orthogonal_whatever_the_gradient()
    {
        var w = new Parameter(Tensor.Zeros([24, 40]), "w");
        var muon = new Muon([new([w])], [], learningRate: 1, weightDecay: 0);
        (w.Value * new RandomStream(3).Normal([24, 40])).Sum().Backward();
        muon.Step();
        var singular = Linalg.Svd(w.Value * (1 / (0.2 * Math.Sqrt(40)))).S.ToArray<float>();
        Assert.That(singular, Has.All.InRange(0.6, 1.3));
    }

    [Test]
    public void Other_parameters_move_as_with_AdamW()
    {
        Parameter Fresh() => new(Tensor.From(1.0, 1.0), "b");
        Parameter matrix = new(Tensor.Ones([2, 2], DType.Float64), "w"), mine = Fresh(), theirs = Fresh();
        Optimizer muon = new Muon([new([matrix])], [new([mine], weightDecay: 0)], 0.01), adam = new AdamW([new ParameterGroup([theirs], weightDecay: 0)], 0.01, 0.9, 0.95);
        for (var t = 0; t < 3; t++)
        {
            foreach (var (b, optimizer) in new[] { (mine, muon), (theirs, adam) })
            {
                optimizer.ZeroGrad();
                (b.Value.Square() * Tensor.From(1.0, 10.0)).Sum().Backward();
                optimizer.Step();
            }
        }
        Assert.That(mine.Value.ToArray<double>(), Is.EqualTo(theirs.Value.ToArray<double>()));
        Assert.That(matrix.Value.ToArray<double>(), Has.All.EqualTo(1), "without a gradient nothing moves");
    }

    [Test]
    public void A_gradient_of_zero_moves_nothing()
    {
        var w = new Parameter(Tensor.Ones([3, 3]), "w");
        var muon = new Muon([new([w])], [], weightDecay: 0);
        (w.Value * 0).Sum().Backward();
        muon.Step();
        Assert.That(w.Value.ToArray<float>(), Has.All.EqualTo(1));
    }

    [Test]
    public void What_is_no_matrix_is_refused() =>
        Assert.That(() => new Muon([new([new Parameter(Tensor.Zeros([3]), "bias")])], []), Throws.ArgumentException.With.Message.Contains("'bias'").And.Message.Contains("others"));

    [TestCase(1.0, 5), TestCase(-0.1, 5), TestCase(0.9, 0)]
    public void Numbers_out_of_range_are_refused(double momentum, int iterations) =>
        Assert.That(() => new Muon([new([new Parameter(Tensor.Zeros([2, 2]), "w")])], [], momentum: momentum, iterations: iterations), Throws.ArgumentException);

    private static double Iterated(double x)
    {
        for (var k = 0; k < 5; k++) x = 3.4445 * x - 4.7750 * x * x * x + 2.0315 * x * x * x * x * x;
        return x;
    }

    private static Tensor Diagonal(int rows, int columns, params double[] values)
    {
        var all = new double[rows * columns];
        for (var k = 0; k < values.Length; k++) all[k * columns + k] = values[k];
        return Tensor.From(all).Reshape(rows, columns);
    }

    private static Action Step(Parameter w, Tensor gradient, Optimizer optimizer, bool compiled) => TrainingStep.Of(optimizer, () => (w.Value * gradient).Sum(), compiled);
}
