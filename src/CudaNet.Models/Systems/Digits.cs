using CudaNet.Nn.Data;

namespace CudaNet.Models.Systems;

/// <summary>Handwritten digits (or what the context's data folder holds) as tensors.</summary>
/// <param name="TrainX">Pixels from 0 to 1, [n, 1, 28, 28].</param>
/// <param name="TrainY">Classes [n].</param>
/// <param name="TestX">As for training.</param>
/// <param name="TestY">As for training.</param>
internal sealed record Digits(Tensor TrainX, Tensor TrainY, Tensor TestX, Tensor TestY)
{
    /// <summary>Reads them.</summary>
    /// <param name="context">Says where the data is.</param>
    /// <param name="train">Training images, the first ones.</param>
    /// <param name="test">Test images, the first ones.</param>
    public static Digits Load(SystemContext context, int train = int.MaxValue, int test = int.MaxValue)
    {
        var data = Nn.Data.Mnist.Load(context.Data);
        Batch first = new ImageDataset(data.Train).Take(train).All(), second = new ImageDataset(data.Test).Take(test).All();
        return new(first.Inputs, first.Targets, second.Inputs, second.Targets);
    }

    /// <summary>The same with each image as a row of pixels, [n, 784].</summary>
    public Digits Flat() => this with { TrainX = TrainX.Flatten(1), TestX = TestX.Flatten(1) };
}
