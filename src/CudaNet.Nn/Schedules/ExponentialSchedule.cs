namespace CudaNet.Nn.Schedules;

/// <summary>Multiplies the rate by gamma after every step.</summary>
public sealed class ExponentialSchedule(double gamma) : Schedule
{
    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(gamma, step);
}
