using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Tests.Optimizers;

/// <summary>Line searches and second-order methods, on functions whose minimum is known.</summary>
[TestFixture]
internal sealed class ClosureOptimizerTests
{
    private static readonly double[] Minimum = [1, 1];

    [Test]
    public void Conjugate_gradients_take_the_expected_steps_and_end_after_two()
    {
        var w = new Parameter(Tensor.From(1.0, 1.0), "w");
        var cg = new ConjugateGradient([w]);
        Tensor Loss() => (w.Value.Square() * Tensor.From(1.0, 10.0)).Sum() * 0.5;
        Assert.That(cg.Step(Loss), Is.EqualTo(5.5).Within(1e-12));
        Assert.That(cg.LastStep, Is.EqualTo(0.1008991).Within(5e-8));
        Assert.That(w.Value.ToArray<double>(), Is.EqualTo(new[] { 0.8991009, -0.0089910 }).Within(5e-8));
        cg.Step(Loss);
        Assert.That(cg.LastBeta, Is.EqualTo(0.0080838).Within(5e-8));
        Assert.That(w.Value.ToArray<double>(), Is.EqualTo(new[] { 0.0, 0 }).Within(1e-12));
    }

    [TestCase(ConjugateGradientRule.FletcherReeves), TestCase(ConjugateGradientRule.PolakRibiere)]
    public void Conjugate_gradients_solve_a_quadratic_in_as_many_steps_as_weights(ConjugateGradientRule rule)
    {
        var (w, loss, solution) = Quadratic(8);
        var cg = new ConjugateGradient([w], rule);
        for (var k = 0; k < 8; k++) cg.Step(loss);
        Assert.That(w.Value.ToArray<double>(), Is.EqualTo(solution).Within(1e-8));
    }

    [Test]
    public void Newton_solves_a_quadratic_in_one_step()
    {
        var (w, loss, solution) = Quadratic(8);
        var newton = new Newton([w]);
        newton.Step(loss);
        Assert.That(w.Value.ToArray<double>(), Is.EqualTo(solution).Within(1e-8));
        Assert.That(newton.LastDamping, Is.Zero);
    }

    [Test]
    public void Newton_with_a_singular_or_indefinite_Hessian_is_damped_and_goes_down()
    {
        Parameter flat = new(Tensor.From(1.0, 1.0), "w"), saddle = new(Tensor.From(0.1, 0.1), "w");
        var newton = new Newton([flat]);
        newton.Step(() => flat.Value.Sum().Square());
        Assert.That(newton.LastDamping, Is.GreaterThan(0));
        Assert.That(flat.Value.Sum().Item(), Is.EqualTo(0).Within(0.01));
        Tensor Saddle() => (saddle.Value.Square() * Tensor.From(1.0, -1.0)).Sum();
        newton = new Newton([saddle], learningRate: 1e-3);
        newton.Step(Saddle);
        Assert.That(Saddle().Item(), Is.LessThan(0), "the second weight left the saddle, the first went towards it");
    }

    [Test]
    public void Hessian_free_makes_Newtons_step()
    {
        Parameter a = new(Start(), "w"), b = new(Start(), "w");
        Tensor Loss(Parameter w) => Cross(w).Sum();
        var free = new HessianFree([a], damping: 0, tolerance: 1e-12);
        free.Step(() => Loss(a));
        new Newton([b]).Step(() => Loss(b));
        Assert.That(a.Value.ToArray<double>(), Is.EqualTo(b.Value.ToArray<double>()).Within(1e-6));
        Assert.That(free.LastIterations, Is.LessThanOrEqualTo(6));

        static Tensor Start() => new RandomStream(4).Normal([6], type: DType.Float64);
        // Convex, and no quadratic.
        static Tensor Cross(Parameter w) => w.Value.Square() + (w.Value * 0.3).Exp();
    }

    [TestCase("bfgs", 60), TestCase("lbfgs", 60), TestCase("hessian-free", 100), TestCase("newton", 100), TestCase("fletcher-reeves", 200), TestCase("polak-ribiere", 200)]
    public void Rosenbrocks_valley_is_walked_to_its_end(string name, int most)
    {
        var w = new Parameter(Tensor.From(-1.2, 1.0), "w");
        ClosureOptimizer optimizer = name switch
        {
            "bfgs" => new Bfgs([w]),
            "lbfgs" => new Lbfgs([w], maxIterations: 1, gradientTolerance: 1e-12, changeTolerance: 1e-18, strongWolfe: true),
            "hessian-free" => new HessianFree([w]),
            "newton" => new Newton([w]),
            _ => new ConjugateGradient([w], name == "fletcher-reeves" ? ConjugateGradientRule.FletcherReeves : ConjugateGradientRule.PolakRibiere),
        };
        var steps = 0;
        while (Rosenbrock(w).Item() > 1e-16 && steps++ < most) optimizer.Step(() => Rosenbrock(w));
        Assert.That(steps, Is.LessThan(most), $"at {string.Join(", ", w.Value.ToArray<double>())}");
        Assert.That(w.Value.ToArray<double>(), Is.EqualTo(Minimum).Within(1e-6));
    }

    [Test]
    public void BFGS_keeps_the_secant_equation()
    {
        var w = new Parameter(Tensor.From(-1.2, 1.0), "w");
        var bfgs = new Bfgs([w]);
        for (var k = 0; k < 5; k++)
        {
            var (before, slope) = (w.Value, Grad.Of(Rosenbrock(w), w.Value));
            bfgs.Step(() => Rosenbrock(w));
            var y = Grad.Of(Rosenbrock(w), w.Value) - slope;
            Assert.That(bfgs.InverseHessian!.MatMul(y).ToArray<double>(), Is.EqualTo((w.Value - before).ToArray<double>()).Within(1e-10));
        }
    }

    [Test]
    public void LBFGS_without_a_line_search_solves_a_quadratic()
    {
        var (w, loss, solution) = Quadratic(8);
        var lbfgs = new Lbfgs([w], maxIterations: 100, maxEvaluations: 200, gradientTolerance: 1e-10, changeTolerance: 1e-15);
        lbfgs.Step(loss);
        Assert.That(w.Value.ToArray<double>(), Is.EqualTo(solution).Within(1e-7));
    }

    [Test]
    public void A_network_in_single_precision_learns_and_frozen_weights_stay()
    {
        var random = new RandomStream(3);
        var model = new Sequential(new Linear(2, 8, random: random), new Tanh(), new Linear(8, 1, random: random));
        var x = Tensor.From(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } });
        var y = Tensor.From(new float[,] { { 0 }, { 1 }, { 1 }, { 0 } });
        var frozen = model.Parameters()[1];
        frozen.RequiresGrad = false;
        var before = frozen.Value.ToArray<float>();
        var lbfgs = new Lbfgs(model.Parameters(), strongWolfe: true);
        for (var k = 0; k < 10; k++) lbfgs.Step(() => Loss.Mse(model.Forward(x), y));
        Assert.That(Loss.Mse(model.Forward(x), y).Item(), Is.LessThan(1e-4));
        Assert.That(frozen.Value.ToArray<float>(), Is.EqualTo(before));
        Assert.That(lbfgs.Evaluations, Is.GreaterThan(10));
    }

    [Test]
    public void Nonsense_is_refused()
    {
        var w = new Parameter(Tensor.From(1.0), "w");
        Assert.That(() => new Lbfgs([]), Throws.ArgumentException.With.Message.Contain("no parameter"));
        Assert.That(() => new Lbfgs([w], historySize: 0), Throws.ArgumentException);
        Assert.That(() => new Newton([w], damping: -1), Throws.ArgumentException);
        Assert.That(() => new HessianFree([w], maxIterations: 0), Throws.ArgumentException);
        Assert.That(() => new ConjugateGradient([w], restartEvery: 0), Throws.ArgumentException);
        w.RequiresGrad = false;
        Assert.That(() => new Bfgs([w]).Step(() => w.Value.Sum()), Throws.TypeOf<GraphException>().With.Message.Contain("frozen"));
    }

    private static Tensor Rosenbrock(Parameter w)
    {
        var (x, y) = (w.Value.Select(0, 0), w.Value.Select(0, 1));
        return (1 - x).Square() + (y - x.Square()).Square() * 100;
    }

    /// <summary>½wᵀAw − bᵀw with a positive definite A.</summary>
    private static (Parameter W, Func<Tensor> Loss, double[] Solution) Quadratic(int n)
    {
        var random = new RandomStream(1);
        var root = random.Normal([n, n], type: DType.Float64);
        var a = (root.MatMul(root.T) / n + Tensor.Eye(n, DType.Float64)).Realize();
        var b = random.Normal([n], type: DType.Float64).Realize();
        var w = new Parameter(Tensor.Zeros([n], DType.Float64), "w");
        return (w, () => (w.Value * (a.MatMul(w.Value.Unsqueeze(1)).Squeeze(1) * 0.5 - b)).Sum(), Linalg.Solve(a, b).ToArray<double>());
    }
}
