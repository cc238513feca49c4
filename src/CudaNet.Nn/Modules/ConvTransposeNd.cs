using CudaNet.Nn.Initializers;

namespace CudaNet.Nn;

/// <summary>What transposed convolutions over one, two and three axes share: the gradient of a convolution by its input, which enlarges.</summary>
/// <remarks>size' = (size − 1)·stride − 2·padding + dilation·(kernel − 1) + output padding + 1 along each axis. Weight
/// [in, out/groups, kernel…] and bias [out] start as in PyTorch: uniform within ±1/√(out/groups · elements of the kernel).</remarks>
public abstract class ConvTransposeNd : Layer
{
    private readonly int _spatial;

    private protected ConvTransposeNd(int spatial, long inChannels, long outChannels, Spatial kernelSize, Spatial? stride, Spatial? padding, Spatial? outputPadding, int groups,
        bool bias, Spatial? dilation, RandomStream? random, DType type)
    {
        var name = GetType().Name;
        ConvNd.CheckChannels(name, inChannels, outChannels, groups);
        (_spatial, InChannels, OutChannels, Groups) = (spatial, inChannels, outChannels, groups);
        (KernelSize, Stride, Padding, OutputPadding, Dilation) = (kernelSize, stride ?? 1, padding ?? 0, outputPadding ?? 0, dilation ?? 1);
        Shape steps = Stride.Expand(spatial, nameof(stride), name), added = OutputPadding.Expand(spatial, nameof(outputPadding), name, least: 0);
        _ = Padding.Expand(spatial, nameof(padding), name, least: 0);
        _ = Dilation.Expand(spatial, nameof(dilation), name);
        for (var k = 0; k < spatial; k++)
            if (added[k] >= steps[k])
                throw new ShapeException($"{name}: output padding {added} must be smaller than stride {steps}: it only chooses among the sizes that the stride maps to one.");
        Weight = new(Init.KaimingUniform(new Shape(inChannels, outChannels / groups).Concat(KernelSize.Expand(spatial, nameof(kernelSize), name).Span), random, Math.Sqrt(5), type));
        if (bias) Bias = new(ConvNd.FirstBias(Weight.Shape, outChannels, random, type));
    }

    /// <summary>[in, out/groups, kernel…].</summary>
    public Parameter Weight { get; }

    /// <summary>[out]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>Channels of the input.</summary>
    public long InChannels { get; }

    /// <summary>Channels of the result.</summary>
    public long OutChannels { get; }

    /// <summary>Size of the kernel along each axis.</summary>
    public Spatial KernelSize { get; }

    /// <summary>Step between the kernel's places in the result.</summary>
    public Spatial Stride { get; }

    /// <summary>What is cut off at the result's borders.</summary>
    public Spatial Padding { get; }

    /// <summary>What is added behind, to choose among the sizes that a strided convolution maps to one.</summary>
    public Spatial OutputPadding { get; }

    /// <summary>Distance between the kernel's elements.</summary>
    public Spatial Dilation { get; }

    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        ConvNd.CheckInput(this, x, InChannels, _spatial);
        return _spatial switch
        {
            1 => x.ConvTranspose1d(Weight, Bias?.Value, Stride, Padding, OutputPadding, Groups, Dilation),
            2 => x.ConvTranspose2d(Weight, Bias?.Value, Stride, Padding, OutputPadding, Groups, Dilation),
            _ => x.ConvTranspose3d(Weight, Bias?.Value, Stride, Padding, OutputPadding, Groups, Dilation),
        };
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var steps = Sizes.Short(Stride.Expand(_spatial, "stride", ""));
        return $"{GetType().Name}({InChannels}, {OutChannels}, {Sizes.Product(Weight.Shape.Slice(2, _spatial))}{(steps == "1" ? "" : $", stride {steps}")})";
    }
}
