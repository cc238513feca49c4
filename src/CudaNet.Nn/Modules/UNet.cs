namespace CudaNet.Nn;

/// <summary>U-Net: an encoder of convolutions and 2×2 max pooling, a decoder of upsampling and convolutions, and between levels of equal
/// size skip connections that carry the detail which pooling lost: [batch, in, height, width] to a score for each class and pixel,
/// [batch, classes, height, width].</summary>
/// <remarks>Ronneberger, Fischer, Brox 2015. Theirs is <c>channels: 64, depth: 4, padded: false, norm: false</c>: 572 × 572 pixels give
/// 388 × 388, and skips are cropped. With padding every size keeps: a row that pooling cannot halve is added again.</remarks>
public sealed class UNet : Module
{
    private readonly int _depth;
    private readonly bool _padded, _skips;

    /// <summary>A network with fresh weights.</summary>
    /// <param name="inChannels">Channels of the image.</param>
    /// <param name="classes">Scores of a pixel: 1 for a mask (before the sigmoid), else one a class.</param>
    /// <param name="channels">Channels of the first level; each level below has twice as many.</param>
    /// <param name="depth">How often the size is halved.</param>
    /// <param name="upsampling">How the size is doubled.</param>
    /// <param name="padded">True keeps the size; false is the original, whose result is smaller.</param>
    /// <param name="norm">False for no batch normalisation.</param>
    /// <param name="skips">False leaves the skip connections out, to see what they do.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    /// <exception cref="ShapeException">A size is not positive.</exception>
    public UNet(long inChannels, long classes, long channels = 64, int depth = 4, UNetUpsampling upsampling = UNetUpsampling.Transposed, bool padded = true, bool norm = true,
        bool skips = true, RandomStream? random = null)
    {
        Sizes.Positive(inChannels, nameof(UNet), nameof(inChannels));
        Sizes.Positive(classes, nameof(UNet), nameof(classes));
        Sizes.Positive(channels, nameof(UNet), nameof(channels));
        (_depth, _padded, _skips) = ((int)Sizes.Positive(depth, nameof(UNet), nameof(depth)), padded, skips);
        for (var level = 0; level <= depth; level++)
            Encoder.Add(new(level == 0 ? inChannels : channels << (level - 1), channels << level, padded, norm, random));
        for (var level = depth - 1; level >= 0; level--)
        {
            long wide = channels << (level + 1), narrow = channels << level;
            Up.Add(upsampling switch
            {
                UNetUpsampling.Transposed => new ConvTranspose2d(wide, narrow, 2, 2, random: random),
                UNetUpsampling.Nearest => new Sequential(Upsample.By(2), new Conv2d(wide, narrow, 1, random: random)),
                _ => new Sequential(Upsample.By(2, InterpolationMode.Linear), new Conv2d(wide, narrow, 1, random: random)),
            });
            Decoder.Add(new(skips ? 2 * narrow : narrow, narrow, padded, norm, random));
        }
        Head = new(channels, classes, 1, random: random);
    }

    /// <summary>Blocks from the image down to the bottom.</summary>
    public List<DoubleConv> Encoder { get; } = [];

    /// <summary>What doubles the size, from the bottom up.</summary>
    public List<Module> Up { get; } = [];

    /// <summary>Blocks from the bottom up.</summary>
    public List<DoubleConv> Decoder { get; } = [];

    /// <summary>Channels to scores, pixel by pixel.</summary>
    public Conv2d Head { get; }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input is no batch of images with these channels, or too small to be halved so often.</exception>
    public override Tensor Forward(Tensor x)
    {
        if (x.Rank != 4 || x.Shape[1] != ((Conv2d)Encoder[0].Layers[0]).InChannels)
            throw new ShapeException($"UNet: the input is {x.Shape}, but must be [batch, {((Conv2d)Encoder[0].Layers[0]).InChannels}, height, width].");
        if (Math.Min(x.Shape[2], x.Shape[3]) >> _depth == 0)
            throw new ShapeException($"UNet: {x.Shape[2]} × {x.Shape[3]} pixels cannot be halved {_depth} times. Give larger images, or a smaller depth.");
        var levels = new Stack<Tensor>();
        for (var level = 0; level < _depth; level++)
        {
            x = Encoder[level].Forward(x);
            levels.Push(x);
            x = x.MaxPool2d(2);
        }
        x = Encoder[_depth].Forward(x);
        for (var k = 0; k < _depth; k++)
        {
            var (up, skip) = (Up[k].Forward(x), levels.Pop());
            if (_padded) up = up.Pad([0, 0], [skip.Shape[2] - up.Shape[2], skip.Shape[3] - up.Shape[3]]);
            else skip = skip.Narrow(2, (skip.Shape[2] - up.Shape[2]) / 2, up.Shape[2]).Narrow(3, (skip.Shape[3] - up.Shape[3]) / 2, up.Shape[3]);
            x = Decoder[k].Forward(_skips ? Tensor.Concat([skip, up], 1) : up);
        }
        return Head.Forward(x);
    }

    /// <inheritdoc/>
    public override string ToString() => $"UNet({((Conv2d)Encoder[0].Layers[0]).InChannels}, {Head.OutChannels}, {Head.InChannels} channels, depth {_depth})";
}
