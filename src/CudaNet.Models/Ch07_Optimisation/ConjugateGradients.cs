using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.13.</summary>
internal sealed class ConjugateGradients() : CourseSystem("07.conjugate-gradient", "Conjugate gradients: N steps for N weights",
    "d₀ = −∇L; α by a line search; w ← w + αd; d ← −∇L + βd with β = ‖g₁‖²/‖g₀‖².")
{
    private const int N = 12;

    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        context.Draw("conjugate-gradient.png", Valleys.Draw("Two rules of conjugate gradients in Rosenbrock's valley", 40,
            ("Fletcher–Reeves", p => new ConjugateGradient(p)), ("Polak–Ribière", p => new ConjugateGradient(p, ConjugateGradientRule.PolakRibiere))));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var w = new Parameter(Tensor.From(1.0, 1), "w");
        var optimizer = new ConjugateGradient([w]);
        Tensor Valley() => (w.Value.Square() * Tensor.From(1.0, 10)).Sum() * 0.5;
        optimizer.Step(Valley);
        yield return Figure.Equal("valley: α₀", optimizer.LastStep, 0.1008991, 1e-7);
        yield return Figure.AtMost("valley: w after one step minus (0.8991009, −0.0089910)", Differences.Largest(w.Value, 0.8991009, -0.0089910), 1e-7);
        optimizer.Step(Valley);
        yield return Figure.Equal("valley: β₁", optimizer.LastBeta, 0.0080838, 1e-7);
        yield return Figure.AtMost("valley: w after two steps minus 0", Differences.Largest(w.Value, 0, 0), 1e-8);

        var a = context.Random().Normal([N, N], type: DType.Float64);
        Tensor h = (a.MatMul(a.T) / N + Tensor.Eye(N, DType.Float64)).Realize(), best = context.Random(1).Normal([N], type: DType.Float64).Realize();
        var v = new Parameter(Tensor.Zeros([N], DType.Float64), "v");
        var solver = new ConjugateGradient([v]);
        var directions = new List<Tensor>();
        for (var k = 0; k < N; k++)
        {
            var before = v.Value;
            // ½(v − v*)ᵀH(v − v*) is 0 at its minimum, so that the line search sees the last digits of its falling.
            solver.Step(() => (v.Value - best).Dot(h.MatMul((v.Value - best).Unsqueeze(1)).Flatten()) * 0.5);
            var d = v.Value - before;
            directions.Add((d / d.Norm()).Realize());
        }
        yield return Figure.AtMost($"a quadratic of {N} weights after {N} steps: distance from its minimum", Differences.Largest(v.Value, best), 1e-8);
        // The last directions are steps of rounding size, so only those that moved count.
        var all = Tensor.Stack([.. directions.Take(N - 3)]);
        var products = all.MatMul(h).MatMul(all.T);
        yield return Figure.AtMost("greatest |dᵢᵀ·H·dⱼ| of unit directions", (products - products.Diagonal().DiagonalMatrix()).Abs().Max().Item(), 1e-6);
    }
}
