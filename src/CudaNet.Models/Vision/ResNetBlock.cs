using CudaNet.Nn;

namespace CudaNet.Models.Vision;

/// <summary>A block of a <see cref="ResNet"/>: convolutions beside a shortcut, which is a 1×1 convolution where size or channels change.</summary>
public sealed class ResNetBlock : Module
{
    private const int Expansion = 4;

    internal ResNetBlock(long inChannels, long channels, int stride, bool bottleneck, RandomStream? random)
    {
        OutChannels = bottleneck ? Expansion * channels : channels;
        Conv2d Convolution(long from, long to, int kernel, int step) => new(from, to, kernel, stride: step, padding: kernel / 2, bias: false, random: random);
        (Conv1, Bn1) = (bottleneck ? Convolution(inChannels, channels, 1, 1) : Convolution(inChannels, channels, 3, stride), new(channels));
        (Conv2, Bn2) = (Convolution(channels, channels, 3, bottleneck ? stride : 1), new(channels));
        if (bottleneck) (Conv3, Bn3) = (Convolution(channels, OutChannels, 1, 1), new(OutChannels));
        if (stride != 1 || inChannels != OutChannels) Downsample = new(Convolution(inChannels, OutChannels, 1, stride), new BatchNorm2d(OutChannels));
    }

    /// <summary>Channels of the result.</summary>
    public long OutChannels { get; }

    /// <summary>The first convolution.</summary>
    public Conv2d Conv1 { get; }

    /// <summary>Behind the first.</summary>
    public BatchNorm2d Bn1 { get; }

    /// <summary>The second convolution.</summary>
    public Conv2d Conv2 { get; }

    /// <summary>Behind the second.</summary>
    public BatchNorm2d Bn2 { get; }

    /// <summary>The third convolution of a bottleneck; else null.</summary>
    public Conv2d? Conv3 { get; }

    /// <summary>Behind the third; else null.</summary>
    public BatchNorm2d? Bn3 { get; }

    /// <summary>The shortcut where it is a convolution; else null.</summary>
    public Sequential? Downsample { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        var y = Bn2.Forward(Conv2.Forward(Bn1.Forward(Conv1.Forward(x)).Relu()));
        if (Conv3 is not null) y = Bn3!.Forward(Conv3.Forward(y.Relu()));
        return (y + (Downsample is null ? x : Downsample.Forward(x))).Relu();
    }

    /// <inheritdoc/>
    public override string ToString() => $"ResNetBlock({Conv1.InChannels}, {OutChannels})";
}
