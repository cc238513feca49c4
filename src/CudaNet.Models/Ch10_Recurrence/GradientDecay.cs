using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.3: products of Jacobians vanish or explode.</summary>
internal sealed class GradientDecay() : CourseSystem("10.gradient-decay", "Gradients over long ranges", "The product of Jacobians shrinks or grows exponentially with the distance.")
{
    private const int N = 16, T = 40;

    public override void Run(SystemContext context)
    {
        double[] distance = [.. Enumerable.Range(1, T).Select(k => (double)k)];
        var plot = new CurvePlot("Norm of ∂h_T/∂h_t", "T − t", "norm") { LogY = true };
        foreach (var (radius, tanh) in new[] { (0.8, false), (1.0, false), (1.1, false), (0.8, true), (1.1, true) })
            plot.Add(new($"ρ = {radius}{(tanh ? ", tanh" : ", linear")}", distance, [.. Norms(context, radius, tanh).Select(Math.Exp)]) { Dashed = tanh });
        context.Draw("gradient-decay.png", plot);
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var (radius, tanh) in new[] { (0.8, false), (1.1, false), (0.8, true) })
        {
            var (slope, fit) = Line(Norms(context, radius, tanh));
            var name = $"spectral radius {radius}{(tanh ? ", tanh" : ", linear")}";
            yield return Figure.AtLeast($"{name}: R² of the logarithm's norm as a line in T − t", fit, 0.98);
            yield return radius < 1 ? Figure.AtMost($"{name}: slope", slope, -0.1) : Figure.AtLeast($"{name}: slope", slope, 0.05);
            if (!tanh) yield return Figure.Equal($"{name}: slope minus ln ρ", slope - Math.Log(radius), 0, 1e-6);
        }
    }

    /// <summary>ln ‖∂h_T/∂h_t‖ (Frobenius) for T − t = 1 … T, for W = ρ times a rotation, by one gradient for each unit of h_T.</summary>
    private static double[] Norms(SystemContext context, double radius, bool tanh)
    {
        var random = context.Random();
        var w = (Nn.Initializers.Init.Orthogonal([N, N], random, radius, DType.Float64)).Realize();
        var x = random.Normal([T + 1, N, 1], 0, 0.3, DType.Float64).Realize();
        var states = new Tensor[T + 1];
        Tensor? h = null;
        for (var t = 0; t <= T; t++)
        {
            var a = (h is null ? Tensor.Zeros([N, 1], DType.Float64) : w.MatMul(h)) + x.Select(0, t);
            states[t] = h = tanh ? a.Tanh() : a;
        }
        // Row i of ∂h_T/∂h_t is the gradient of unit i.
        var rows = Enumerable.Range(0, N).Select(i => Grad.Of(states[T].Select(0, i).Sum(), states[..T])).ToArray();
        var squares = Tensor.Stack([.. Enumerable.Range(0, T).Select(k => rows.Select(row => row[T - 1 - k].Square().Sum()).Aggregate((a, b) => a + b))]);
        return (squares.Log() / 2).ToDoubles();
    }

    private static (double Slope, double Fit) Line(double[] y)
    {
        double mean = (y.Length - 1) / 2.0, average = y.Average(), sxx = 0, sxy = 0, syy = 0;
        for (var k = 0; k < y.Length; k++) (sxx, sxy, syy) = (sxx + (k - mean) * (k - mean), sxy + (k - mean) * (y[k] - average), syy + (y[k] - average) * (y[k] - average));
        return (sxy / sxx, sxy * sxy / (sxx * syy));
    }
}
