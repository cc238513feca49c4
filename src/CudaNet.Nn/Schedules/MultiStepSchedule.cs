namespace CudaNet.Nn.Schedules;

/// <summary>Multiplies the rate by gamma at each of some steps.</summary>
/// <param name="milestones">The steps.</param>
/// <param name="gamma">Factor of a drop.</param>
public sealed class MultiStepSchedule(IEnumerable<long> milestones, double gamma = 0.1) : Schedule
{
    private readonly long[] _milestones = [.. milestones];

    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(gamma, _milestones.Count(milestone => milestone <= step));
}
