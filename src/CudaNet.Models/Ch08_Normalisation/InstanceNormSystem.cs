using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.3.2.</summary>
internal sealed class InstanceNormSystem() : CourseSystem("08.instance-norm", "Instance normalisation: over each channel of each image", "μ and σ² over height and width of one channel; for style transfer.")
{
    public override void Run(SystemContext context) => Shown.Norms(context, "instance-norm", Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var x = random.Normal([4, 3, 8, 8]).Realize();
        var layer = new InstanceNorm2d(3, epsilon: 1e-12);
        // Another brightness and contrast for each image and channel.
        var lit = x * (random.Uniform([4, 3, 1, 1]) * 4 + 0.5) + random.Normal([4, 3, 1, 1]) * 5;
        yield return Figure.AtMost("change by brightness and contrast of each image", Differences.Largest(layer.Forward(lit), layer.Forward(x)), 1e-4);
        yield return Figure.Equal("parameters by default", new InstanceNorm2d(3).ParameterCount, 0);
        var small = random.Normal([2, 2, 3, 2]).Realize();
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(at => at[0].GroupNorm(2), small), 1e-5);
        yield return Figure.AtMost("means of all channels", layer.Forward(x).Mean((int[])[2, 3]).Abs().Max().Item(), 1e-5);
    }
}
