using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.12.1: curvature from the gradients so far.</summary>
internal sealed class QuasiNewton() : CourseSystem("07.quasi-newton", "Quasi-Newton: BFGS and L-BFGS", "Quasi-Newton methods estimate H from past gradients.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        context.Draw("quasi-newton.png", Valleys.Draw("BFGS and L-BFGS in Rosenbrock's valley", 60, ("BFGS", p => new Bfgs(p)), ("L-BFGS", p => new Lbfgs(p, maxIterations: 1, gradientTolerance: 1e-12, changeTolerance: 1e-20, strongWolfe: true))));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var (name, make) in new (string, Func<Parameter[], ClosureOptimizer>)[] { ("BFGS", p => new Bfgs(p)), ("L-BFGS", p => new Lbfgs(p, maxIterations: 1, gradientTolerance: 1e-12, changeTolerance: 1e-20, strongWolfe: true)) })
        {
            var w = new Parameter(Tensor.From(-1.2, 1), "w");
            var optimizer = make([w]);
            var steps = 0;
            while (steps < 200 && Derivatives.Rosenbrock(w).Item() > 1e-8 * 1e-8)
            {
                optimizer.Step(() => Derivatives.Rosenbrock(w));
                steps++;
            }
            yield return Figure.AtMost($"{name}: steps on Rosenbrock's function", steps, 59);
            yield return Figure.AtMost($"{name}: distance from the minimum", Differences.Largest(w.Value, 1, 1), 1e-7);
        }
        // The secant equation B⁻¹·y = s holds for the last step s = Δw and y = Δ∇L.
        var v = new Parameter(Tensor.From(-1.2, 1), "v");
        var bfgs = new Bfgs([v]);
        Tensor Gradient() => Tensor.From(Grad.Of(Derivatives.Rosenbrock(v), v).ToDoubles());
        for (var k = 0; k < 8; k++) bfgs.Step(() => Derivatives.Rosenbrock(v));
        Tensor before = v.Value, slope = Gradient();
        bfgs.Step(() => Derivatives.Rosenbrock(v));
        Tensor s = v.Value - before, y = Gradient() - slope;
        yield return Figure.AtMost("secant equation: |B⁻¹y − s| / |s|", ((bfgs.InverseHessian!.MatMul(y.Unsqueeze(1)).Flatten() - s).Norm() / s.Norm()).Item(), 1e-8);
    }
}
