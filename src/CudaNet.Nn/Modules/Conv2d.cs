using CudaNet.Nn.Initializers;

namespace CudaNet.Nn;

/// <summary>A convolution over images: [batch, in, height, width] to [batch, out, height', width'].</summary>
/// <remarks>height' = ⌊(height + 2·padding − dilation·(kernel − 1) − 1)/stride⌋ + 1. Weight [out, in/groups, kernel, kernel]
/// and bias [out] start as in PyTorch: uniform within ±1/√(in/groups · kernel²).</remarks>
public sealed class Conv2d : Layer
{
    /// <summary>A layer with fresh weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the result.</param>
    /// <param name="kernelSize">Rows and columns of the kernel.</param>
    /// <param name="stride">Step between places.</param>
    /// <param name="padding">Zeros around the image.</param>
    /// <param name="dilation">Distance between the kernel's elements.</param>
    /// <param name="groups">Groups of channels that do not mix.</param>
    /// <param name="bias">False for none.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    /// <param name="type">Element type of the weights.</param>
    public Conv2d(long inChannels, long outChannels, int kernelSize, int stride = 1, int padding = 0, int dilation = 1, int groups = 1,
        bool bias = true, RandomStream? random = null, DType type = DType.Float32)
    {
        Sizes.Positive(inChannels, "Conv2d", nameof(inChannels));
        Sizes.Positive(outChannels, "Conv2d", nameof(outChannels));
        Sizes.Positive(kernelSize, "Conv2d", nameof(kernelSize));
        Sizes.Positive(groups, "Conv2d", nameof(groups));
        if (inChannels % groups != 0 || outChannels % groups != 0)
            throw new ShapeException($"Conv2d: {groups} groups do not divide {inChannels} input and {outChannels} output channels. Give a number that divides both.");
        (InChannels, OutChannels, KernelSize, Stride, Padding, Dilation, Groups) = (inChannels, outChannels, kernelSize, stride, padding, dilation, groups);
        Weight = new(Init.KaimingUniform([outChannels, inChannels / groups, kernelSize, kernelSize], random, Math.Sqrt(5), type));
        var bound = 1 / Math.Sqrt(inChannels / groups * kernelSize * kernelSize);
        if (bias) Bias = new(Init.Uniform([outChannels], random, -bound, bound, type));
    }

    /// <summary>[out, in/groups, kernel, kernel].</summary>
    public Parameter Weight { get; }

    /// <summary>[out]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>Channels of the input.</summary>
    public long InChannels { get; }

    /// <summary>Channels of the result.</summary>
    public long OutChannels { get; }

    /// <summary>Rows and columns of the kernel.</summary>
    public int KernelSize { get; }

    /// <summary>Step between places.</summary>
    public int Stride { get; }

    /// <summary>Zeros around the image.</summary>
    public int Padding { get; }

    /// <summary>Distance between the kernel's elements.</summary>
    public int Dilation { get; }

    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (x.Rank != 4 || x.Shape[1] != InChannels)
            throw new ShapeException($"{this}: the input is {x.Shape}, but must be [batch, {InChannels}, height, width]."
                + (x.Rank == 3 ? " Add the missing axis with Unsqueeze." : ""));
        return x.Conv2d(Weight, Bias?.Value, Stride, Padding, Dilation, Groups);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Conv2d({InChannels}, {OutChannels}, {KernelSize}×{KernelSize}{(Stride > 1 ? $", stride {Stride}" : "")}{(Padding > 0 ? $", padding {Padding}" : "")})";
}
