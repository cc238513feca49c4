namespace CudaNet.Nn;

/// <summary>Batch normalisation over images: y = (x − μ)/√(σ² + ε) · γ + β for each channel, with the statistics of the
/// batch in training and their running averages in evaluation.</summary>
/// <remarks>Ioffe, Szegedy 2015. As in PyTorch: running ← (1 − momentum) · running + momentum · batch, where the running
/// variance takes the unbiased one.</remarks>
public sealed class BatchNorm2d : Layer
{
    /// <summary>A layer that changes nothing but mean and variance at first.</summary>
    /// <param name="channels">Channels of the image.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">Share of the batch in the running statistics.</param>
    /// <param name="affine">False for no γ and β.</param>
    /// <param name="type">Element type of γ, β and the statistics.</param>
    public BatchNorm2d(long channels, double epsilon = 1e-5, double momentum = 0.1, bool affine = true, DType type = DType.Float32)
    {
        (Channels, Epsilon, Momentum) = (Sizes.Positive(channels, "BatchNorm2d", nameof(channels)), epsilon, momentum);
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

    /// <summary>Channels of the image.</summary>
    public long Channels { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>Share of the batch in the running statistics.</summary>
    public double Momentum { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (x.Rank != 4 || x.Shape[1] != Channels)
            throw new ShapeException($"{this}: the input is {x.Shape}, but must be [batch, {Channels}, height, width].");
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
    public override string ToString() => $"BatchNorm2d({Channels})";
}
