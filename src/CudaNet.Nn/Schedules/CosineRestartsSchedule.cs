namespace CudaNet.Nn.Schedules;

/// <summary>Falls along half a cosine to the least factor, then begins anew, each time over a longer cycle if wanted.</summary>
/// <remarks>SGDR: Loshchilov, Hutter 2017.</remarks>
public sealed class CosineRestartsSchedule : Schedule
{
    private readonly long _first;
    private readonly int _growth;
    private readonly double _least;

    /// <summary>A schedule of cycles.</summary>
    /// <param name="firstCycle">Steps of the first cycle.</param>
    /// <param name="growth">Each cycle is this many times as long as the one before.</param>
    /// <param name="least">The factor that a cycle falls to.</param>
    public CosineRestartsSchedule(long firstCycle, int growth = 1, double least = 0)
    {
        if (firstCycle < 1 || growth < 1) throw new ArgumentOutOfRangeException(nameof(firstCycle), firstCycle, $"CosineRestartsSchedule: a first cycle of {firstCycle} with growth {growth}. Give 1 or more of both.");
        (_first, _growth, _least) = (firstCycle, growth, least);
    }

    /// <inheritdoc/>
    public override double Factor(long step)
    {
        var length = _first;
        if (_growth == 1) step %= length;
        for (; step >= length; length *= _growth) step -= length;
        return _least + (1 - _least) * (1 + Math.Cos(Math.PI * step / length)) / 2;
    }
}
