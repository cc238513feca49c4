namespace CudaNet.Nn.Schedules;

/// <summary>Goes in a straight line from one factor to another, where it stays: a warm-up, or a decay.</summary>
public sealed class LinearSchedule : Schedule
{
    private readonly long _total;
    private readonly double _first, _last;

    /// <summary>A schedule over a known number of steps.</summary>
    /// <param name="totalSteps">Steps until the last factor.</param>
    /// <param name="first">Factor at step 0.</param>
    /// <param name="last">Last factor.</param>
    public LinearSchedule(long totalSteps = 5, double first = 1.0 / 3, double last = 1)
    {
        if (totalSteps < 1) throw new ArgumentOutOfRangeException(nameof(totalSteps), totalSteps, $"LinearSchedule: {totalSteps} steps. Give 1 or more.");
        (_total, _first, _last) = (totalSteps, first, last);
    }

    /// <inheritdoc/>
    public override double Factor(long step) => _first + (_last - _first) * Math.Min(step, _total) / _total;
}
