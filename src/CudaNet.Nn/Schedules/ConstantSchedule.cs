namespace CudaNet.Nn.Schedules;

/// <summary>Always the same rate, times a factor.</summary>
public sealed class ConstantSchedule(double factor = 1) : Schedule
{
    /// <inheritdoc/>
    public override double Factor(long step) => factor;
}
