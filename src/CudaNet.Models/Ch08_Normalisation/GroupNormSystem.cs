using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.3.3.</summary>
internal sealed class GroupNormSystem() : CourseSystem("08.group-norm", "Group normalisation: over groups of channels", "The mean is over the channels of a group, height and width.")
{
    public override void Run(SystemContext context) => Shown.Norms(context, "group-norm", Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var x = random.Normal([3, 6, 4, 5]).Realize();
        yield return Figure.AtMost("one group minus layer normalisation over channels, height, width", Differences.Largest(new GroupNorm(1, 6).Forward(x), new LayerNorm(new Shape(6, 4, 5)).Forward(x)), 1e-5);
        yield return Figure.AtMost("six groups minus instance normalisation", Differences.Largest(new GroupNorm(6, 6).Forward(x), new InstanceNorm2d(6).Forward(x)), 1e-5);
        Tensor small = random.Normal([2, 4, 3]).Realize(), gamma = random.Normal([4]).Realize(), beta = random.Normal([4]).Realize();
        yield return Figure.AtMost("gradient of x, γ and β minus differences", Differences.OfGradient(at => at[0].GroupNorm(2, at[1], at[2]), small, gamma, beta), 1e-5);
        yield return Figure.Holds("groups that do not divide are refused", Refused());
    }

    private static bool Refused()
    {
        try
        {
            _ = new GroupNorm(4, 6);
            return false;
        }
        catch (ShapeException)
        {
            return true;
        }
    }
}
