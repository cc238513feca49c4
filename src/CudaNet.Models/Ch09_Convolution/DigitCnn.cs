using CudaNet.Nn;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>A small convolutional network for 28×28 images: convolution, pooling, convolution, pooling, linear.</summary>
public sealed class DigitCnn : Module
{
    /// <summary>A network with fresh weights.</summary>
    /// <param name="channels">Channels of the first convolution; the second has twice as many.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="size">Rows and columns of an image.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    public DigitCnn(int channels = 16, int classes = 10, int size = 28, RandomStream? random = null)
    {
        Features =
        [
            new Conv2d(1, channels, 3, padding: 1, random: random), new ReLU(), new MaxPool2d(2),
            new Conv2d(channels, 2 * channels, 3, padding: 1, random: random), new ReLU(), new MaxPool2d(2),
            new Flatten(),
        ];
        Classifier = new(2L * channels * (size / 4) * (size / 4), classes, random: random);
    }

    /// <summary>Images to features.</summary>
    public Sequential Features { get; }

    /// <summary>Features to scores.</summary>
    public Linear Classifier { get; }

    /// <summary>Images [batch, 1, height, width] to raw scores [batch, classes].</summary>
    public override Tensor Forward(Tensor x) => Classifier.Forward(Features.Forward(x));

    /// <inheritdoc/>
    public override string ToString() => "conv-pool-conv-pool-linear";
}
