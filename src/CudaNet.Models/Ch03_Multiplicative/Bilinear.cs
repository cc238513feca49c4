using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch03_Multiplicative;

/// <summary>Section 3.1: weights that are themselves a linear function of a second input.</summary>
internal sealed class Bilinear() : CourseSystem("03.bilinear", "Multiplicative module: sᵢ = Σⱼₖ uᵢⱼₖ zₖ xⱼ",
    "sᵢ = Σⱼ wᵢⱼxⱼ with wᵢⱼ = Σₖ uᵢⱼₖ zₖ.")
{
    public override void Run(SystemContext context)
    {
        // u holds two weight matrices: the identity and a quarter turn. z mixes them, so it chooses how x is turned.
        var u = Tensor.From(new[, ,] { { { 1.0, 0 }, { 0, -1 } }, { { 0, 1 }, { 1, 0 } } });
        var plot = new CurvePlot("One input x = (1, 0.3), turned by z", "s₁", "s₂");
        for (var step = 0; step <= 4; step++)
        {
            var angle = step * Math.PI / 8;
            var s = Direct(u, Tensor.From(Math.Cos(angle), Math.Sin(angle)), Tensor.From(1, 0.3)).ToDoubles();
            context.Out.WriteLine($"z = (cos {step}π/8, sin {step}π/8): s = ({s[0]:F3}, {s[1]:F3})");
            plot.Add($"{step}π/8", [0, s[0]], [0, s[1]]);
        }
        context.Draw("bilinear.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor u = random.Normal([4, 5, 3]).Realize(), z = random.Normal([3]).Realize(), x = random.Normal([5]).Realize();
        yield return Figure.AtMost("building W and then multiplying minus direct sum", Differences.Largest(Weights(u, z).MatMul(x.Unsqueeze(1)).Squeeze(), Direct(u, z, x)), 1e-6);
        yield return Figure.AtMost("gradient of u, z and x minus differences", Differences.OfGradient(at => Direct(at[0], at[1], at[2]), u, z, x), 1e-5);
    }

    /// <summary>wᵢⱼ = Σₖ uᵢⱼₖ zₖ.</summary>
    private static Tensor Weights(Tensor u, Tensor z) => (u * z).Sum(-1);

    private static Tensor Direct(Tensor u, Tensor z, Tensor x) => Tensor.Einsum("ijk,k,j->i", u, z, x);
}
