using CudaNet.Nn.Initializers;

namespace CudaNet.Nn;

/// <summary>What convolutions over one, two and three axes share.</summary>
/// <remarks>size' = ⌊(size + low + high − dilation·(kernel − 1) − 1)/stride⌋ + 1 along each axis. Weight [out, in/groups, kernel…]
/// and bias [out] start as in PyTorch: uniform within ±1/√(in/groups · elements of the kernel).</remarks>
public abstract class ConvNd : Layer
{
    private readonly int _spatial;
    private readonly Shape _low, _high;

    private protected ConvNd(int spatial, long inChannels, long outChannels, Spatial kernelSize, Spatial? stride, Padding? padding, Spatial? dilation, int groups,
        bool bias, RandomStream? random, DType type, PadMode paddingMode)
    {
        var name = GetType().Name;
        CheckChannels(name, inChannels, outChannels, groups);
        (_spatial, InChannels, OutChannels, Groups, PaddingMode) = (spatial, inChannels, outChannels, groups, paddingMode);
        (KernelSize, Stride, Dilation, Padding) = (kernelSize, stride ?? 1, dilation ?? 1, padding ?? CudaNet.Padding.Valid);
        Shape kernel = KernelSize.Expand(spatial, nameof(kernelSize), name), steps = Stride.Expand(spatial, nameof(stride), name), distances = Dilation.Expand(spatial, nameof(dilation), name);
        (_low, _high) = Padding.Resolve(kernel, steps, distances, name);
        Weight = new(Init.KaimingUniform(new Shape(outChannels, inChannels / groups).Concat(kernel.Span), random, Math.Sqrt(5), type));
        if (bias) Bias = new(FirstBias(Weight.Shape, outChannels, random, type));
    }

    /// <summary>[out, in/groups, kernel…].</summary>
    public Parameter Weight { get; }

    /// <summary>[out]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>Channels of the input.</summary>
    public long InChannels { get; }

    /// <summary>Channels of the result.</summary>
    public long OutChannels { get; }

    /// <summary>Size of the kernel along each axis.</summary>
    public Spatial KernelSize { get; }

    /// <summary>Step between places.</summary>
    public Spatial Stride { get; }

    /// <summary>Border around the input.</summary>
    public Padding Padding { get; }

    /// <summary>Distance between the kernel's elements.</summary>
    public Spatial Dilation { get; }

    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <summary>What the border holds: zeros, or elements of the input.</summary>
    public PadMode PaddingMode { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        CheckInput(this, x, InChannels, _spatial);
        var padding = Padding;
        // Zeros are the convolution's own business; elements of the input are put around it before.
        if (PaddingMode != PadMode.Constant) (x, padding) = (x.Pad(_low.ToArray(), _high.ToArray(), PaddingMode), CudaNet.Padding.Valid);
        return _spatial switch
        {
            1 => x.Conv1d(Weight, Bias?.Value, Stride, padding, Dilation, Groups),
            2 => x.Conv2d(Weight, Bias?.Value, Stride, padding, Dilation, Groups),
            _ => x.Conv3d(Weight, Bias?.Value, Stride, padding, Dilation, Groups),
        };
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var (name, steps) = (GetType().Name, Stride.Expand(_spatial, "stride", ""));
        var border = _low.Equals(_high) ? Sizes.Short(_low) : $"{_low} + {_high}";
        return $"{name}({InChannels}, {OutChannels}, {Sizes.Product(Weight.Shape.Slice(2, _spatial))}{(Sizes.Short(steps) == "1" ? "" : $", stride {Sizes.Short(steps)}")}{(border == "0" ? "" : $", padding {border}")})";
    }

    internal static void CheckChannels(string name, long inChannels, long outChannels, int groups)
    {
        Sizes.Positive(inChannels, name, nameof(inChannels));
        Sizes.Positive(outChannels, name, nameof(outChannels));
        Sizes.Positive(groups, name, nameof(groups));
        if (inChannels % groups != 0 || outChannels % groups != 0)
            throw new ShapeException($"{name}: {groups} groups do not divide {inChannels} input and {outChannels} output channels. Give a number that divides both.");
    }

    internal static void CheckInput(Layer layer, Tensor x, long channels, int spatial)
    {
        if (x.Rank != spatial + 2 || x.Shape[1] != channels)
            throw new ShapeException($"{layer}: the input is {x.Shape}, but must be [batch, {channels}, {Sizes.Axes(spatial)}]."
                + (x.Rank == spatial + 1 ? " Add the missing axis with Unsqueeze." : ""));
    }

    /// <summary>Within ±1/√fan-in, where the fan-in is by axis 1 of the weight: PyTorch's rule also for transposed convolutions.</summary>
    internal static Tensor FirstBias(Shape weight, long outChannels, RandomStream? random, DType type)
    {
        var bound = 1 / Math.Sqrt(Init.Fans(weight).In);
        return Init.Uniform([outChannels], random, -bound, bound, type);
    }
}
