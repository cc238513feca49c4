using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.12.</summary>
internal sealed class NewtonSystem() : CourseSystem("07.newton", "Newton's method: Δw = −ε·H⁻¹·∇L", "The inverse is costly, O(n³), and may not exist.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        context.Draw("newton.png", Valleys.Draw("Newton, BFGS and conjugate gradients in Rosenbrock's valley", 30, ("Newton", p => new Newton(p)), ("BFGS", p => new Bfgs(p)), ("conjugate gradients", p => new ConjugateGradient(p))));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var a = context.Random().Normal([6, 6], type: DType.Float64);
        Tensor h = (a.MatMul(a.T) + Tensor.Eye(6, DType.Float64)).Realize(), b = context.Random(1).Normal([6], type: DType.Float64).Realize();
        var w = new Parameter(Tensor.Zeros([6], DType.Float64), "w");
        new Newton([w]).Step(() => w.Value.Dot(h.MatMul(w.Value.Unsqueeze(1)).Flatten()) * 0.5 - b.Dot(w.Value));
        yield return Figure.AtMost("a quadratic after one step: distance from its minimum", Differences.Largest(w.Value, Linalg.Solve(h, b.Unsqueeze(1)).Flatten()), 1e-8);
        // f = (w₁ + w₂)²: H is singular, and damping chooses a step.
        var flat = new Parameter(Tensor.From(3.0, 1), "w");
        var newton = new Newton([flat], damping: 1e-6);
        for (var k = 0; k < 5; k++) newton.Step(() => flat.Value.Sum().Square());
        yield return Figure.AtMost("singular H: |w₁ + w₂| after five damped steps", Math.Abs(flat.Value.Sum().Item()), 1e-6);
        // f = w₁² − w₂² + w₂⁴: at (1, 0.1) one curvature is negative, and the plain step would climb.
        var saddle = new Parameter(Tensor.From(1.0, 0.1), "w");
        var descent = new Newton([saddle]);
        for (var k = 0; k < 30; k++) descent.Step(() => (saddle.Value * Tensor.From(1.0, 0)).Square().Sum() - (saddle.Value * Tensor.From(0, 1.0)).Square().Sum() + saddle.Value.Select(0, 1).Pow(4));
        yield return Figure.Equal("indefinite H: |w₂| at the end, a minimum and not the saddle", Math.Abs(saddle.Value.ToDoubles()[1]), Math.Sqrt(0.5), 1e-6);
        yield return Figure.AtLeast("time of the solution for n = 512 / for n = 128, where n² would give 16 and n³ gives 64", Seconds(context, 512) / Seconds(context, 128), 16);
    }

    /// <summary>The best of five: what else the machine does can only slow one down.</summary>
    private static double Seconds(SystemContext context, int n)
    {
        var a = context.Random().Normal([n, n], type: DType.Float64);
        Tensor h = (a.MatMul(a.T) + Tensor.Eye(n, DType.Float64)).Realize(), b = Tensor.Ones([n, 1], DType.Float64);
        return Timing.LeastSeconds(5, () => Linalg.Solve(h, b).Realize());
    }
}
