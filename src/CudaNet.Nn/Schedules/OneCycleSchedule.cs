namespace CudaNet.Nn.Schedules;

/// <summary>One cycle: up from a low rate to that of the groups, and down to nearly nothing. Give the optimiser the greatest
/// rate as its learning rate.</summary>
/// <remarks>Smith, Topin 2018, with PyTorch's defaults. The momentum is not cycled.</remarks>
public sealed class OneCycleSchedule : Schedule
{
    private readonly long _total;
    private readonly double _initial, _final, _share;
    private readonly bool _linear, _threePhase;

    /// <summary>A schedule over a known number of steps.</summary>
    /// <param name="totalSteps">Steps of the whole cycle.</param>
    /// <param name="riseShare">Share of them that goes up.</param>
    /// <param name="divFactor">The first factor is 1/divFactor.</param>
    /// <param name="finalDivFactor">The last factor is the first over finalDivFactor.</param>
    /// <param name="linear">True for straight lines in place of half cosines.</param>
    /// <param name="threePhase">True to come down as fast as up, and to spend the rest on the last fall.</param>
    public OneCycleSchedule(long totalSteps, double riseShare = 0.3, double divFactor = 25, double finalDivFactor = 1e4, bool linear = false, bool threePhase = false)
    {
        if (totalSteps < 2 || riseShare is not (> 0 and < 1) || (threePhase && riseShare > 0.5))
            throw new ArgumentOutOfRangeException(nameof(totalSteps), totalSteps, $"OneCycleSchedule: {totalSteps} steps with {riseShare} of them up. Give 2 or more steps, and a share between 0 and 1 (½ with three phases).");
        (_total, _share, _linear, _threePhase) = (totalSteps, riseShare, linear, threePhase);
        (_initial, _final) = (1 / divFactor, 1 / divFactor / finalDivFactor);
    }

    /// <inheritdoc/>
    public override double Factor(long step)
    {
        // The ends of the phases, fractions of steps as in PyTorch.
        var at = Math.Min(step, _total - 1);
        double top = _share * _total - 1, bottom = 2 * _share * _total - 2, end = _total - 1;
        if (at <= top) return Between(_initial, 1, at / top);
        if (!_threePhase) return Between(1, _final, (at - top) / (end - top));
        return at <= bottom ? Between(1, _initial, (at - top) / (bottom - top)) : Between(_initial, _final, (at - bottom) / (end - bottom));
    }

    private double Between(double from, double to, double share) =>
        _linear ? from + (to - from) * share : to + (from - to) / 2 * (1 + Math.Cos(Math.PI * share));
}
