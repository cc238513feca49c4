namespace CudaNet.Nn.Training;

/// <summary>Where a run stands: all that a checkpoint holds beside the tensors of model and optimiser.</summary>
public sealed class TrainingState
{
    /// <summary>Epochs that are done.</summary>
    public int Epoch { get; internal set; }

    /// <summary>Batches of the present epoch that are done.</summary>
    public int Batch { get; internal set; }

    /// <summary>Optimiser steps that are done.</summary>
    public long Step { get; internal set; }

    /// <summary>What each epoch came to.</summary>
    public List<EpochResult> History { get; } = [];

    /// <summary>Share of right answers in the present epoch; NaN where targets are no classes.</summary>
    public double Accuracy => HasClasses && Seen > 0 ? Correct / (double)Seen : double.NaN;

    internal double LossSum { get; set; }

    internal long Correct { get; set; }

    internal long Seen { get; set; }

    internal bool HasClasses { get; set; }

    internal double BestLoss { get; set; } = double.PositiveInfinity;

    internal int EpochsWithoutProgress { get; set; }

    internal IReadOnlyDictionary<string, Tensor>? BestWeights { get; set; }

    internal void NextEpoch()
    {
        Epoch++;
        (Batch, LossSum, Correct, Seen) = (0, 0, 0, 0);
    }
}
