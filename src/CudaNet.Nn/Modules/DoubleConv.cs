namespace CudaNet.Nn;

/// <summary>Twice a 3×3 convolution, normalisation and ReLU: the block of <see cref="UNet"/>.</summary>
public sealed class DoubleConv : Module
{
    /// <summary>A block with fresh weights.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the result.</param>
    /// <param name="padded">True keeps the size; false loses two rows and columns at each side.</param>
    /// <param name="norm">False for no batch normalisation.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    public DoubleConv(long inChannels, long outChannels, bool padded = true, bool norm = true, RandomStream? random = null)
    {
        Layers = [];
        foreach (var channels in (long[])[inChannels, outChannels])
        {
            // A bias before a normalisation would be taken out again.
            Layers.Add(new Conv2d(channels, outChannels, 3, padding: padded ? 1 : 0, bias: !norm, random: random));
            if (norm) Layers.Add(new BatchNorm2d(outChannels));
            Layers.Add(new ReLU());
        }
    }

    /// <summary>The layers, one after another.</summary>
    public Sequential Layers { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Layers.Forward(x);
}
