using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch03_Multiplicative;

/// <summary>Section 3.1: w = H(u), so what is trained is u and the gradient passes through H.</summary>
internal sealed class Parametrisation() : CourseSystem("03.parametrisation", "Parameter transformation: w = softplus(u) stays positive",
    "Parameters can be the dynamic output of another module.")
{
    public override void Run(SystemContext context)
    {
        var (u, path) = Fit(context);
        context.Out.WriteLine($"fitted w = softplus(u) = {u.Value.Softplus()} for targets (2, 0.5, −1): the last cannot be reached, so w₃ goes to 0");
        context.Draw("parametrisation.png", Pictures.Curves("Positive weights by w = softplus(u)", "w", false, ("w₁", path[0]), ("w₂", path[1]), ("w₃", path[2])));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor u = random.Normal([3, 4]).Realize(), x = random.Normal([5, 4]).Realize();
        yield return Figure.AtMost("gradient of u minus differences", Differences.OfGradient(at => at[1].MatMul(at[0].Softplus().T).Tanh(), u, x), 1e-5);
        // ∂L/∂u = Jᵀ ∂L/∂w, with J = dH/du.
        var v = u.Reshape(12).To(DType.Float64);
        var byHand = Jacobian.Of(v.Softplus(), v).T.MatMul(v.Softplus().Unsqueeze(1) * 2).Flatten();
        yield return Figure.AtMost("∂L/∂u minus Jᵀ ∂L/∂w for L = Σw²", Differences.Largest(Grad.Of(v.Softplus().Square().Sum(), v), byHand), 1e-10);
        var (fitted, path) = Fit(context);
        yield return Figure.AtLeast("least weight during training", path.Min(p => p.Min()), double.Epsilon);
        yield return Figure.AtMost("distance from the targets that can be reached", Differences.Largest(fitted.Value.Softplus().Narrow(0, 0, 2), 2, 0.5), 0.01);
    }

    private static (Parameter U, double[][] Path) Fit(SystemContext context)
    {
        var u = new Parameter(context.Random(2).Normal([3]).Realize(), "u");
        var target = Tensor.From(2f, 0.5f, -1);
        var path = new double[3][];
        for (var i = 0; i < 3; i++) path[i] = new double[300];
        Learn.Steps(new Adam([u], 0.05), 300, () => (u.Value.Softplus() - target).Square().Sum(), before: k =>
        {
            var w = u.Value.Softplus().ToDoubles();
            for (var i = 0; i < 3; i++) path[i][k] = w[i];
        });
        return (u, path);
    }
}
