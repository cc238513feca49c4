namespace CudaNet.Nn.Optimizers;

/// <summary>A point on a line: how far, the loss, its gradient, and the slope along the line.</summary>
internal readonly record struct LinePoint(double Step, double Loss, double[] Gradient, double Slope);

/// <summary>Finds a step along a direction that meets the strong Wolfe conditions: the loss falls by at least a share c₁ of
/// what the slope promises, and the slope is at most a share c₂ of what it was.</summary>
/// <remarks>Bracketing and zoom with cubic interpolation (Nocedal, Wright, Numerical Optimization, algorithms 3.5 and 3.6), with
/// the safeguards of Schmidt's minFunc, which PyTorch's L-BFGS uses too.</remarks>
internal static class LineSearch
{
    public const double Decrease = 1e-4;

    /// <summary>The point found. If none meets the conditions within the evaluations, the best of the bracket.</summary>
    /// <param name="evaluate">Loss and gradient at a step.</param>
    /// <param name="start">The point at step 0, with a negative slope.</param>
    /// <param name="step">The first step to try.</param>
    /// <param name="length">Greatest component of the direction.</param>
    /// <param name="curvature">c₂: 0.9 for quasi-Newton directions, 0.1 for conjugate gradients.</param>
    /// <param name="leastChange">Width of the bracket, times length, at which to stop.</param>
    /// <param name="most">Evaluations allowed.</param>
    public static LinePoint StrongWolfe(Func<double, LinePoint> evaluate, LinePoint start, double step, double length, double curvature = 0.9, double leastChange = 1e-9, int most = 25)
    {
        bool Falls(LinePoint point) => point.Loss <= start.Loss + Decrease * point.Step * start.Slope;
        bool IsFlat(LinePoint point) => Math.Abs(point.Slope) <= -curvature * start.Slope;

        var (before, point) = (start, evaluate(step));
        LinePoint low, high;
        var tries = 0;
        for (; ; tries++)
        {
            // A loss that is not a number does not fall: the negation makes it a bracket's end.
            if (!Falls(point) || (tries > 1 && point.Loss >= before.Loss) || point.Slope >= 0)
            {
                if (Falls(point) && IsFlat(point)) return point;
                (low, high) = before.Loss <= point.Loss || double.IsNaN(point.Loss) ? (before, point) : (point, before);
                break;
            }
            if (IsFlat(point)) return point;
            if (tries == most) return point;
            // Further on: by at least a hundredth of the last stretch, at most tenfold.
            var next = Cubic(before, point, point.Step + 0.01 * (point.Step - before.Step), point.Step * 10);
            (before, point) = (point, evaluate(next));
        }

        var isSlow = false;
        for (; tries < most && Math.Abs(high.Step - low.Step) * length >= leastChange; tries++)
        {
            var (left, right) = (Math.Min(low.Step, high.Step), Math.Max(low.Step, high.Step));
            var trial = Cubic(low, high, left, right);
            var edge = 0.1 * (right - left);
            // Twice near an end, or on it: step inwards, or the bracket would hardly shrink.
            var isNear = Math.Min(right - trial, trial - left) < edge;
            if (isNear && (isSlow || trial >= right || trial <= left))
                (trial, isSlow) = (right - trial < trial - left ? right - edge : left + edge, false);
            else
                isSlow = isNear;
            point = evaluate(trial);
            if (!Falls(point) || point.Loss >= low.Loss)
            {
                (low, high) = point.Loss < low.Loss ? (point, low) : (low, point);
                continue;
            }
            if (IsFlat(point)) return point;
            if (point.Slope * (high.Step - low.Step) >= 0) high = low;
            low = point;
        }
        return low;
    }

    /// <summary>The minimum of the cubic through two points with their slopes, kept in an interval; its middle where there is none.</summary>
    private static double Cubic(LinePoint a, LinePoint b, double least, double greatest)
    {
        if (a.Step > b.Step) (a, b) = (b, a);
        var d1 = a.Slope + b.Slope - 3 * (a.Loss - b.Loss) / (a.Step - b.Step);
        var square = d1 * d1 - a.Slope * b.Slope;
        var at = b.Step - (b.Step - a.Step) * ((b.Slope + Math.Sqrt(square) - d1) / (b.Slope - a.Slope + 2 * Math.Sqrt(square)));
        return square >= 0 && double.IsFinite(at) ? Math.Clamp(at, least, greatest) : (least + greatest) / 2;
    }
}
