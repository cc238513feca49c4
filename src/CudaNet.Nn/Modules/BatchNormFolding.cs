namespace CudaNet.Nn;

/// <summary>Folds batch normalisation into the layer before it, for inference.</summary>
public static class BatchNormFolding
{
    /// <summary>One convolution that does what a convolution and the normalisation behind it do in evaluation:
    /// W′ = W·γ/√(σ² + ε), b′ = (b − μ)·γ/√(σ² + ε) + β with the running statistics.</summary>
    /// <exception cref="ShapeException">The normalisation is for another number of channels.</exception>
    public static Conv2d Fold(Conv2d convolution, BatchNorm2d norm)
    {
        ArgumentNullException.ThrowIfNull(convolution);
        ArgumentNullException.ThrowIfNull(norm);
        if (norm.Channels != convolution.OutChannels)
            throw new ShapeException($"BatchNormFolding: {convolution} gives {convolution.OutChannels} channels, {norm} takes {norm.Channels}. They must be equal.");
        var c = convolution;
        var folded = new Conv2d(c.InChannels, c.OutChannels, c.KernelSize, c.Stride, c.Padding, c.Dilation, c.Groups, type: c.Weight.DType);
        var scale = (norm.RunningVar + norm.Epsilon).Rsqrt();
        if (norm.Weight is not null) scale *= norm.Weight.Value;
        var bias = ((c.Bias is null ? Tensor.Zeros([c.OutChannels], c.Weight.DType) : c.Bias.Value) - norm.RunningMean.Value) * scale;
        if (norm.Bias is not null) bias += norm.Bias.Value;
        folded.Weight.Assign((c.Weight.Value * scale.Reshape(-1, 1, 1, 1)).Realize());
        folded.Bias!.Assign(bias.Realize());
        return folded;
    }
}
