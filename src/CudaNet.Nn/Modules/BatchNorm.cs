namespace CudaNet.Nn;

/// <summary>Batch normalisation: y = (x − μ)/√(σ² + ε) · γ + β for each channel, with the statistics of the
/// batch in training and their running averages in evaluation.</summary>
/// <remarks>Ioffe, Szegedy 2015. As in PyTorch: running ← (1 − momentum) · running + momentum · batch, where the running
/// variance takes the unbiased one.</remarks>
public abstract class BatchNorm : Layer
{
    /// <summary>A layer that changes nothing but mean and variance at first.</summary>
    /// <param name="channels">Channels: the size of axis 1.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">Share of the batch in the running statistics.</param>
    /// <param name="affine">False for no γ and β.</param>
    /// <param name="type">Element type of γ, β and the statistics.</param>
    private protected BatchNorm(long channels, double epsilon, double momentum, bool affine, DType type)
    {
        (Channels, Epsilon, Momentum) = (Sizes.Positive(channels, GetType().Name, nameof(channels)), epsilon, momentum);
        if (affine)
        {
            Weight = new(Tensor.Ones([channels], type));
            Bias = new(Tensor.Zeros([channels], type));
        }
        RunningMean = new(Tensor.Zeros([channels], type));
        RunningVar = new(Tensor.Ones([channels], type));
        NumBatchesTracked = new(Tensor.Scalar(0L));
    }

    /// <summary>γ [channels]; null for none.</summary>
    public Parameter? Weight { get; }

    /// <summary>β [channels]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>Running average of the batches' means, [channels].</summary>
    public State RunningMean { get; }

    /// <summary>Running average of the batches' unbiased variances, [channels].</summary>
    public State RunningVar { get; }

    /// <summary>Batches that went into the running statistics; a scalar.</summary>
    public State NumBatchesTracked { get; }

    /// <summary>Channels: the size of axis 1.</summary>
    public long Channels { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>Share of the batch in the running statistics.</summary>
    public double Momentum { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (!Takes(x.Rank) || x.Shape[1] != Channels)
            throw new ShapeException($"{this}: the input is {x.Shape}, but must be [batch, {Channels}{Axes}].");
        if (!IsTraining) return x.BatchNorm(RunningMean, RunningVar, Weight?.Value, Bias?.Value, Epsilon);
        var (y, mean, variance) = x.BatchNormTraining(Weight?.Value, Bias?.Value, Epsilon);
        var count = x.ElementCount / (double)Channels;
        State.AssignLater(
        [
            (RunningMean, RunningMean.Value * (1 - Momentum) + mean.Detach().To(RunningMean.DType) * Momentum),
            (RunningVar, RunningVar.Value * (1 - Momentum) + variance.Detach().To(RunningVar.DType) * (Momentum * count / (count - 1))),
            (NumBatchesTracked, NumBatchesTracked.Value + 1),
        ]);
        return y;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({Channels})";

    /// <summary>Whether an input of this rank is taken.</summary>
    private protected abstract bool Takes(int rank);

    /// <summary>The axes behind the channels, for messages.</summary>
    private protected abstract string Axes { get; }
}
