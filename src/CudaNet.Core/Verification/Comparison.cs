using System.Globalization;

namespace CudaNet.Verification;

/// <summary>The differences of two arrays.</summary>
/// <param name="Count">Elements compared.</param>
/// <param name="Failures">How many are outside of the tolerance.</param>
/// <param name="MaxAbsolute">Greatest absolute difference.</param>
/// <param name="MaxRelative">Greatest difference in relation to the expected value, among those above the absolute tolerance.</param>
/// <param name="Worst">Index of the element that is furthest outside of the tolerance, else of the greatest absolute difference; −1 for none.</param>
/// <param name="Message">For people: count, greatest differences, the worst element and both values.</param>
public sealed record Comparison(long Count, long Failures, double MaxAbsolute, double MaxRelative, long Worst, string Message)
{
    /// <summary>No element is outside of the tolerance.</summary>
    public bool Passed => Failures == 0;

    /// <summary>Compares element by element. NaN equals NaN; infinities must be equal.</summary>
    public static Comparison Of(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, Tolerance tolerance, Shape shape)
    {
        if (actual.Length != expected.Length) return new(actual.Length, actual.Length, double.NaN, double.NaN, -1, $"{actual.Length} elements instead of {expected.Length}");
        long failures = 0, worst = -1, worstAbsolute = -1, worstRelative = -1;
        double maxAbsolute = 0, maxRelative = 0, worstExcess = double.NegativeInfinity;
        for (var i = 0; i < actual.Length; i++)
        {
            var (a, e) = (actual[i], expected[i]);
            if (a.Equals(e) || a == e) continue;
            var difference = double.IsFinite(a) && double.IsFinite(e) ? Math.Abs(a - e) : double.PositiveInfinity;
            var allowed = tolerance.Absolute + tolerance.Relative * (double.IsFinite(e) ? Math.Abs(e) : 0);
            if (difference > allowed) failures++;
            if (difference - allowed > worstExcess) (worstExcess, worst) = (difference - allowed, i);
            if (difference > maxAbsolute) (maxAbsolute, worstAbsolute) = (difference, i);
            // Of a difference that the absolute part covers, the relative size says nothing.
            var relative = difference <= tolerance.Absolute ? 0 : e != 0 ? difference / Math.Abs(e) : double.PositiveInfinity;
            if (relative > maxRelative) (maxRelative, worstRelative) = (relative, i);
        }
        if (failures == 0) return new(actual.Length, 0, maxAbsolute, maxRelative, worstAbsolute, "");
        var message = string.Create(CultureInfo.InvariantCulture,
            $"{failures} of {actual.Length} elements differ by more than {tolerance}; greatest absolute difference {maxAbsolute:g4} at {Index(worstAbsolute, shape)}, "
            + $"relative {maxRelative:g4} at {Index(worstRelative, shape)}; at {Index(worst, shape)}: {actual[(int)worst]:g9} instead of {expected[(int)worst]:g9}");
        return new(actual.Length, failures, maxAbsolute, maxRelative, worst, message);
    }

    private static string Index(long position, Shape shape)
    {
        if (position < 0) return "no element";
        var index = new long[shape.Rank];
        for (var axis = index.Length - 1; axis >= 0; axis--) (position, index[axis]) = Math.DivRem(position, shape[axis]);
        return $"[{string.Join(", ", index)}]";
    }
}
