using CudaNet.Models.Mnist;
using CudaNet.Models.Systems;
using CudaNet.Nn.Training;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Chapter 9: convolution, pooling, convolution, pooling, linear.</summary>
internal sealed class CnnSystem() : MnistSystem("09.cnn", "Convolutional network on MNIST",
    "Shared kernels slide over the image and pooling shrinks it, so few weights see the same pattern everywhere.")
{
    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var training = Training(context);
        var summary = ModelSummary.Of(training.Model, [1, 1, 28, 28]);
        var report = training.Run(context.Cancellation);
        return
        [
            // (N + 2P − F)/S + 1 of section 9.2, and halved by each pooling.
            Figure.Equal("rows after the first convolution", summary.Layers[0].Output[2], (28 + 2 * 1 - 3) / 1 + 1),
            Figure.Equal("rows after the second pooling", summary.Layers[5].Output[2], 7),
            Figure.AtLeast("test accuracy", report.Evaluation.Accuracy, context.Quick ? 0.93 : 0.98),
        ];
    }

    protected override MnistOptions Options(SystemContext context) => new()
    {
        Model = "cnn",
        Epochs = context.Quick ? 2 : null,
        Limit = context.Quick ? 3000 : null,
        Data = context.Data,
        Seed = context.Seed,
    };
}
