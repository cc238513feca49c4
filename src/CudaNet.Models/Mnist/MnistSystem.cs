using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn.Training;

namespace CudaNet.Models.Mnist;

/// <summary>A system of the course that trains a network on handwritten digits: running it prints the layers, a line an
/// epoch, and what was drawn.</summary>
internal abstract class MnistSystem(string id, string title, string sentence, [CallerFilePath] string file = "") : CourseSystem(id, title, sentence, file)
{
    /// <summary>What is trained, and for how long.</summary>
    protected abstract MnistOptions Options(SystemContext context);

    public sealed override void Run(SystemContext context)
    {
        var training = Training(context, line => context.Out.WriteLine($"epoch {line.Epoch,2}: train loss {line.TrainLoss:F4}, test loss {line.TestLoss:F4}, test accuracy {line.TestAccuracy:P1}"));
        context.Out.WriteLine(ModelSummary.Of(training.Model, [1, 1, 28, 28]));
        var report = training.Run(context.Cancellation);
        context.Out.WriteLine($"{report.Evaluation.Accuracy:P1} of {training.Data.Test.Count} test images are right.");
        foreach (var file in report.Files) context.Out.WriteLine($"wrote {file}");
    }

    /// <summary>The training with these options, not yet run.</summary>
    protected MnistTraining Training(SystemContext context, Action<EpochResult>? onEpoch = null) =>
        new(Options(context), context.Folder, onEpoch: onEpoch);
}
