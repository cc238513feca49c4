namespace CudaNet.Nn.Schedules;

/// <summary>Rises linearly over the warm-up, then falls along half a cosine to the least factor, where it stays.</summary>
/// <remarks>Loshchilov, Hutter 2017, without restarts.</remarks>
public sealed class CosineSchedule : Schedule
{
    private readonly long _total, _warmUp;
    private readonly double _least;

    /// <summary>A schedule over a known number of steps.</summary>
    /// <param name="totalSteps">Steps until the least factor is reached, the warm-up included.</param>
    /// <param name="warmUpSteps">Steps of the linear rise; the first of them has the factor 1/(warmUpSteps + 1).</param>
    /// <param name="least">The last factor.</param>
    public CosineSchedule(long totalSteps, long warmUpSteps = 0, double least = 0)
    {
        if (totalSteps < 1 || warmUpSteps < 0 || warmUpSteps > totalSteps)
            throw new ArgumentOutOfRangeException(nameof(totalSteps), totalSteps, $"CosineSchedule: {totalSteps} steps with {warmUpSteps} of warm-up. Give 1 or more steps, and no longer warm-up than that.");
        (_total, _warmUp, _least) = (totalSteps, warmUpSteps, least);
    }

    /// <inheritdoc/>
    public override double Factor(long step)
    {
        if (step < _warmUp) return (step + 1.0) / (_warmUp + 1);
        var done = _total == _warmUp ? 1 : Math.Min(1, (step - _warmUp) / (double)(_total - _warmUp));
        return _least + (1 - _least) * (1 + Math.Cos(Math.PI * done)) / 2;
    }
}
