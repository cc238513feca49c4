using CudaNet.Nn.Optimizers;

namespace CudaNet.Nn.Schedules;

/// <summary>A learning rate over time, as a factor of the rate that each group began with.</summary>
/// <remarks>A schedule is a pure function of the step's number, so that it has no state to save and a resumed run gets
/// the same rates. The step may be a batch or an epoch: whoever calls <see cref="Apply"/> decides.</remarks>
public abstract class Schedule
{
    /// <summary>The factor at a step, counted from 0.</summary>
    public abstract double Factor(long step);

    /// <summary>Sets the rates of an optimiser's groups for a step.</summary>
    /// <param name="optimizer">Whose rates.</param>
    /// <param name="step">Number of the step, counted from 0.</param>
    public void Apply(Optimizer optimizer, long step)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        var factor = Factor(step);
        foreach (var group in optimizer.Groups)
        {
            group.LearningRate = group.BaseLearningRate * factor;
        }
    }
}
