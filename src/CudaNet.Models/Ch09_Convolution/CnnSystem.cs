using CudaNet.Models.Mnist;
using CudaNet.Models.Systems;
using CudaNet.Nn.Training;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Chapter 9: convolution, pooling, convolution, pooling, linear.</summary>
public sealed class CnnSystem : CourseSystem
{
    /// <inheritdoc/>
    public override string Id => "09.cnn";

    /// <inheritdoc/>
    public override string Title => "Convolutional network on MNIST";

    /// <inheritdoc/>
    public override string Sentence => "Shared kernels slide over the image and pooling shrinks it, so few weights see the same pattern everywhere.";

    /// <inheritdoc/>
    public override void Run(SystemContext context)
    {
        var training = Make(context, line => context.Out.WriteLine($"epoch {line.Epoch,2}: train loss {line.TrainLoss:F4}, test loss {line.TestLoss:F4}, test accuracy {line.TestAccuracy:P1}"));
        context.Out.WriteLine(ModelSummary.Of(training.Model, [1, 1, 28, 28]));
        var report = training.Run(context.Cancellation);
        context.Out.WriteLine($"{report.Evaluation.Accuracy:P1} of {training.Data.Test.Count} test images are right.");
        foreach (var file in report.Files) context.Out.WriteLine($"wrote {file}");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Figure> Check(SystemContext context)
    {
        var training = Make(context, null);
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

    private static MnistTraining Make(SystemContext context, Action<EpochResult>? onEpoch) => new(
        new MnistOptions { Model = "cnn", Epochs = context.Quick ? 2 : null, Limit = context.Quick ? 3000 : null, Data = context.Data, Seed = context.Seed },
        context.Folder, onEpoch: onEpoch);
}
