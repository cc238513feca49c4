namespace CudaNet.Nn.Schedules;

/// <summary>Multiplies the rate by gamma after every so many steps.</summary>
/// <param name="every">Steps between drops.</param>
/// <param name="gamma">Factor of a drop.</param>
public sealed class StepSchedule(long every, double gamma = 0.1) : Schedule
{
    private readonly long _every = every > 0 ? every : throw new ArgumentOutOfRangeException(nameof(every), every, $"StepSchedule: every is {every}. Give 1 or more.");

    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(gamma, step / _every);
}
