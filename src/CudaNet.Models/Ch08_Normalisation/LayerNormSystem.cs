using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.3.1.</summary>
internal sealed class LayerNormSystem() : CourseSystem("08.layer-norm", "Layer normalisation: over all of one sample", "μ and σ² over channels, height and width of one sample; for recurrent nets and transformers.")
{
    public override void Run(SystemContext context) => Shown.Norms(context, "layer-norm", Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var x = random.Normal([64, 3, 4, 4], 1, 2).Realize();
        var layer = new LayerNorm(new Shape(3, 4, 4));
        yield return Figure.AtMost("means of the samples", layer.Forward(x).Mean((int[])[1, 2, 3]).Abs().Max().Item(), 1e-5);
        yield return Figure.AtMost("a sample alone minus the same among 64", Differences.Largest(layer.Forward(x.Narrow(0, 5, 1)), layer.Forward(x).Narrow(0, 5, 1)), 1e-6);
        Tensor small = random.Normal([2, 6], type: DType.Float64).Realize(), gamma = random.Normal([6], type: DType.Float64).Realize(), beta = random.Normal([6], type: DType.Float64).Realize();
        yield return Figure.AtMost("gradient of x, γ and β minus differences", Differences.OfGradient(at => at[0].LayerNorm(at[1], at[2]), small, gamma, beta), 1e-5);
        yield return Figure.AtMost("minus the formula", Differences.Largest(small.LayerNorm(gamma, beta), (small - small.Mean(1, keepDims: true)) / (small.Var(1, 0, true) + 1e-5).Sqrt() * gamma + beta), 1e-12);
    }
}
