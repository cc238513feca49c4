using CudaNet.Nn;

namespace CudaNet.Models.Vision;

/// <summary>A residual network: [batch, 3, height, width] to scores [batch, classes].</summary>
/// <remarks>He, Zhang, Ren, Sun 2016, with the stride of a bottleneck in its 3×3 convolution. Names are those of torchvision, so that its weights load unchanged.</remarks>
public sealed class ResNet : Module
{
    private const int Stages = 4, StemChannels = 64;

    private readonly bool _smallImages;

    /// <summary>A network with fresh weights.</summary>
    /// <param name="blocks">Blocks of the four stages.</param>
    /// <param name="bottleneck">True for blocks of 1×1, 3×3 and 1×1, whose result has four times as many channels; false for two 3×3.</param>
    /// <param name="classes">Scores of an image.</param>
    /// <param name="smallImages">True for images of 32×32: the stem is a 3×3 convolution that keeps the size, instead of 7×7 with stride 2 and pooling.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    /// <exception cref="ArgumentException">There are not four stages.</exception>
    public ResNet(IReadOnlyList<int> blocks, bool bottleneck, int classes = 1000, bool smallImages = false, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        if (blocks.Count != Stages) throw new ArgumentException($"ResNet: there are {blocks.Count} numbers of blocks, one for each of {Stages} stages is needed.", nameof(blocks));
        _smallImages = smallImages;
        Conv1 = smallImages ? new(3, StemChannels, 3, padding: 1, bias: false, random: random) : new(3, StemChannels, 7, stride: 2, padding: 3, bias: false, random: random);
        Bn1 = new(StemChannels);
        long channels = StemChannels;
        List<ResNetBlock> Stage(int stage)
        {
            var made = new List<ResNetBlock>();
            for (var k = 0; k < blocks[stage]; k++)
            {
                made.Add(new(channels, (long)StemChannels << stage, k == 0 && stage > 0 ? 2 : 1, bottleneck, random));
                channels = made[^1].OutChannels;
            }
            return made;
        }
        (Layer1, Layer2, Layer3, Layer4) = (Stage(0), Stage(1), Stage(2), Stage(3));
        Fc = new(channels, classes, random: random);
    }

    /// <summary>11,689,512 parameters with 1000 classes.</summary>
    public static ResNet Resnet18(int classes = 1000, bool smallImages = false, RandomStream? random = null) => new([2, 2, 2, 2], bottleneck: false, classes, smallImages, random);

    /// <summary>25,557,032 parameters with 1000 classes.</summary>
    public static ResNet Resnet50(int classes = 1000, bool smallImages = false, RandomStream? random = null) => new([3, 4, 6, 3], bottleneck: true, classes, smallImages, random);

    /// <summary>The stem's convolution.</summary>
    public Conv2d Conv1 { get; }

    /// <summary>The stem's normalisation.</summary>
    public BatchNorm2d Bn1 { get; }

    /// <summary>The first stage, which keeps the size.</summary>
    public IReadOnlyList<ResNetBlock> Layer1 { get; }

    /// <summary>The second stage, which halves it, as do those behind.</summary>
    public IReadOnlyList<ResNetBlock> Layer2 { get; }

    /// <summary>The third stage.</summary>
    public IReadOnlyList<ResNetBlock> Layer3 { get; }

    /// <summary>The fourth stage.</summary>
    public IReadOnlyList<ResNetBlock> Layer4 { get; }

    /// <summary>From the mean over the image to the scores.</summary>
    public Linear Fc { get; }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input is no batch of images with three channels.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 4 || x.Shape[1] != Conv1.InChannels) throw new ShapeException($"ResNet: the input is {x.Shape}, but must be [batch, {Conv1.InChannels}, height, width].");
        x = Bn1.Forward(Conv1.Forward(x)).Relu();
        if (!_smallImages) x = x.MaxPool2d(3, stride: 2, padding: 1);
        foreach (var stage in new[] { Layer1, Layer2, Layer3, Layer4 })
            foreach (var block in stage) x = block.Forward(x);
        return Fc.Forward(x.Mean([2, 3]));
    }

    /// <inheritdoc/>
    public override string ToString() => $"ResNet({string.Join(", ", new[] { Layer1, Layer2, Layer3, Layer4 }.Select(stage => stage.Count))} blocks, {Fc.OutFeatures} classes)";
}
