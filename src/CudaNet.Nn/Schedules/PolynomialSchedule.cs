namespace CudaNet.Nn.Schedules;

/// <summary>Falls as (1 − t/T)ᵖ to 0 at step T, where it stays.</summary>
public sealed class PolynomialSchedule : Schedule
{
    private readonly long _total;
    private readonly double _power;

    /// <summary>A schedule over a known number of steps.</summary>
    /// <param name="totalSteps">T.</param>
    /// <param name="power">p; 1 for a straight line.</param>
    public PolynomialSchedule(long totalSteps, double power = 1)
    {
        if (totalSteps < 1 || !(power > 0)) throw new ArgumentOutOfRangeException(nameof(totalSteps), totalSteps, $"PolynomialSchedule: {totalSteps} steps with power {power}. Give 1 or more steps, and a power above 0.");
        (_total, _power) = (totalSteps, power);
    }

    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(1 - Math.Min(step, _total) / (double)_total, _power);
}
