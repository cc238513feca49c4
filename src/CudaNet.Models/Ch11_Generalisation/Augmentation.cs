using CudaNet.Models.Ch09_Convolution;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>A small convolutional net on few digits, with any of the remedies of chapter 11.</summary>
internal static class FewDigits
{
    /// <summary>Shift, turn and zoom. A digit that is flipped is no digit, so that one is left out here.</summary>
    public static ImageTransform Augment { get; } = ImageTransforms.Chain(ImageTransforms.RandomShift(2), ImageTransforms.RandomRotation(10), ImageTransforms.RandomResizedCrop(0.8, 0.9));

    /// <summary>Accuracy on 1,000 other digits and the history of training.</summary>
    /// <param name="context">Seed and data.</param>
    /// <param name="samples">Digits to train on.</param>
    /// <param name="transform">Augmentation; null for none.</param>
    /// <param name="decay">Weight decay.</param>
    /// <param name="dropout">p before the last layer.</param>
    /// <param name="watched">True to test after each epoch, not only at the end.</param>
    public static (double Accuracy, IReadOnlyList<EpochResult> Epochs) Train(SystemContext context, int samples, ImageTransform? transform, double decay = 0, double dropout = 0, bool watched = false)
    {
        var data = Nn.Data.Mnist.Load(context.Data);
        var cnn = new DigitCnn(8, random: context.Random());
        var model = new Sequential(cnn.Features, new Dropout(dropout, context.Random(1)), cnn.Classifier);
        // Each seed has other samples to train on.
        int[] chosen = [.. context.Random(2).Permutation(data.Train.Count).Narrow(0, 0, samples).ToArray<long>().Select(i => (int)i)];
        var loader = new DataLoader(new ImageDataset(data.Train, transform).Subset(chosen), 50, shuffle: true, seed: context.Seed);
        var test = new DataLoader(new ImageDataset(data.Test).Take(1000), 500);
        var epochs = context.Pick(40_000, 25_000) / samples;
        var trainer = new Trainer(model, new AdamW(model.Parameters(), 4e-3, weightDecay: decay)) { Schedule = new CosineSchedule(epochs * (samples / 50)) };
        var result = trainer.Fit(loader, watched ? test : null, epochs);
        return (trainer.Evaluate(test).Accuracy, result.Epochs);
    }
}

/// <summary>Sections 11.1.1 and 11.4, table 5.</summary>
internal sealed class Augmentation() : CourseSystem("11.augmentation", "Augmentation: more samples of the ones there are", "Real or synthetic new samples are the most effective remedy.")
{
    public override void Run(SystemContext context)
    {
        var images = Nn.Data.Mnist.Load(context.Data).Train;
        SheetImage Of(string name, ImageTransform? transform, int epoch) => Pictures.Grey(new ImageDataset(images, transform).Collate([0], new(context.Seed, epoch)).Inputs.Squeeze(), name, 0, 1);
        (string, ImageTransform?)[] kinds =
        [
            ("as it is", null), ("shift", ImageTransforms.RandomShift(4)), ("rotation", ImageTransforms.RandomRotation(30)), ("flip", ImageTransforms.RandomHorizontalFlip(1)),
            ("crop", ImageTransforms.RandomResizedCrop(0.4)), ("noise", ImageTransforms.GaussianNoise(0.3)), ("erasing", ImageTransforms.RandomErasing(1)), ("chosen", FewDigits.Augment),
        ];
        context.Draw("augmentation.png", new ImageSheet("One digit, augmented in three epochs", [.. Enumerable.Range(1, 3).SelectMany(epoch => kinds.Select(kind => Of(epoch == 1 ? kind.Item1 : "", kind.Item2, epoch)))], 8, 3));
        var (plain, plainEpochs) = FewDigits.Train(context, 1000, null, watched: true);
        var (augmented, epochs) = FewDigits.Train(context, 1000, FewDigits.Augment, watched: true);
        context.Out.WriteLine($"1,000 digits: test accuracy {plain:P1}, augmented {augmented:P1}");
        context.Draw("augmentation-loss.png", Pictures.Epochs("1,000 digits: loss over the epochs", "cross entropy", true, ("training", [.. plainEpochs.Select(e => e.TrainLoss)]), ("test", [.. plainEpochs.Select(e => e.TestLoss)]),
            ("training, augmented", [.. epochs.Select(e => e.TrainLoss)]), ("test, augmented", [.. epochs.Select(e => e.TestLoss)])));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        double plain = FewDigits.Train(context, 1000, null).Accuracy, augmented = FewDigits.Train(context, 1000, FewDigits.Augment).Accuracy;
        yield return Figure.AtLeast("points of test accuracy that augmentation of 1,000 digits brings", 100 * (augmented - plain), 0.1);
        yield return Figure.Report("test accuracy without", plain);
        yield return Figure.Report("test accuracy with", augmented);
    }
}

/// <summary>Section 11.4: the remedies together.</summary>
internal sealed class Combination() : CourseSystem("11.combination", "Augmentation, weight decay and dropout together", "The techniques are combined.")
{
    private const int Samples = 500;

    private static readonly (string Name, ImageTransform? Transform, double Decay, double Dropout)[] Rows =
    [
        ("none", null, 0, 0), ("augmentation", FewDigits.Augment, 0, 0), ("weight decay", null, 0.1, 0), ("dropout", null, 0, 0.3), ("all", FewDigits.Augment, 0.1, 0.3),
    ];

    public override void Run(SystemContext context)
    {
        var losses = new List<(string, IReadOnlyList<double>)>();
        context.Out.WriteLine($"{"",-14}{"accuracy",10}{"test loss",11}   {Samples} digits");
        foreach (var row in Rows)
        {
            var (accuracy, epochs) = FewDigits.Train(context, Samples, row.Transform, row.Decay, row.Dropout, watched: true);
            context.Out.WriteLine($"{row.Name,-14}{accuracy,10:P1}{epochs[^1].TestLoss,11:F4}");
            losses.Add((row.Name, [.. epochs.Select(e => e.TestLoss)]));
        }
        context.Draw("combination.png", Pictures.Epochs($"{Samples} digits: test loss by what is done against overfitting", "cross entropy", false, [.. losses]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var accuracy = Rows.ToDictionary(row => row.Name, row => FewDigits.Train(context, Samples, row.Transform, row.Decay, row.Dropout).Accuracy);
        foreach (var row in Rows) yield return Figure.Report($"test accuracy: {row.Name}", accuracy[row.Name]);
        yield return Figure.AtLeast("points of accuracy that all of it brings", 100 * (accuracy["all"] - accuracy["none"]), 0);
    }
}
