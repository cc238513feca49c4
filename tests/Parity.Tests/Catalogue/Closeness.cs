using System.Globalization;

namespace CudaNet.Tests.Catalogue;

/// <summary>Compares values of both engines by torch's own tolerances for a type.</summary>
internal static class Closeness
{
    /// <param name="what">What is compared, for the message.</param>
    /// <param name="actual">Ours.</param>
    /// <param name="expected">Torch's.</param>
    /// <param name="type">Type in which they were computed.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="scale">Multiplies both tolerances.</param>
    internal static void Require(string what, double[] actual, double[] expected, DType type, Shape shape, double scale)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        var (relative, absolute) = Tolerance(type);
        var (wrong, worst, excess) = (0, 0, 0.0);
        for (var i = 0; i < actual.Length; i++)
        {
            // Equal infinities and two NaN are the same value.
            if (actual[i].Equals(expected[i]) || actual[i] == expected[i])
                continue;
            var allowed = scale * (absolute + relative * Math.Abs(expected[i]));
            var difference = Math.Abs(actual[i] - expected[i]);
            if (difference <= allowed)
                continue;
            wrong++;
            var here = double.IsFinite(difference) ? difference / allowed : double.MaxValue;
            if (here > excess)
                (worst, excess) = (i, here);
        }
        if (wrong > 0)
            Assert.Fail(string.Create(CultureInfo.InvariantCulture,
                $"{what}: {wrong} of {actual.Length} elements differ ({type.ShortName()}{shape}); worst at {Index(worst, shape)}: ours {actual[worst]:R}, torch's {expected[worst]:R}"));
    }

    private static (double Relative, double Absolute) Tolerance(DType type) => type switch
    {
        DType.Float64 => (1e-7, 1e-7),
        DType.Float32 => (1.3e-6, 1e-5),
        DType.Float16 => (1e-3, 1e-5),
        DType.BFloat16 => (1.6e-2, 1e-5),
        _ => (0, 0),
    };

    private static string Index(long flat, Shape shape)
    {
        var index = new long[shape.Rank];
        for (var axis = shape.Rank - 1; axis >= 0; axis--)
            (flat, index[axis]) = Math.DivRem(flat, shape[axis]);
        return $"[{string.Join(", ", index)}]";
    }
}
