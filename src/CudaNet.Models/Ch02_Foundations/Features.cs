using CudaNet.Models.Ch09_Convolution;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Sections 2 and 2.1: attributes made by hand and a linear model, against attributes that are learned.</summary>
internal sealed class Features() : CourseSystem("02.features", "Features by hand against features that are learned",
    "Machine learning engineers attributes and then models; deep learning learns them end to end.")
{
    private const int Bins = 8, Cell = 7;

    public override void Run(SystemContext context)
    {
        var (hand, cnn) = Accuracies(context);
        context.Out.WriteLine($"gradient histograms and a linear model {hand:P1}, CNN on pixels {cnn:P1}");
        var image = Digits.Load(context, 1, 1).TrainX;
        var sheet = new List<SheetImage> { Pictures.Grey(image.Reshape(28, 28), "a digit") };
        for (var b = 0; b < Bins; b++) sheet.Add(Pictures.Grey(Histograms(image).Reshape(Bins, 4, 4).Select(0, b).RepeatInterleave(7, 0).RepeatInterleave(7, 1), $"edges at {b * 180 / Bins}°"));
        context.Draw("features.png", new ImageSheet("What a person would count: edges by direction in 4 × 4 cells", sheet, 3));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (hand, cnn) = Accuracies(context);
        yield return Figure.AtLeast("points that the CNN is ahead of a linear model on gradient histograms", 100 * (cnn - hand), 0);
        yield return Figure.Report("test accuracy, histograms", hand);
        yield return Figure.Report("test accuracy, CNN", cnn);
    }

    private static (double Hand, double Cnn) Accuracies(SystemContext context)
    {
        var digits = Digits.Load(context, context.Pick(9000, 2000));
        Tensor train = Histograms(digits.TrainX).Realize(), test = Histograms(digits.TestX).Realize();
        var linear = new Linear(train.Shape[1], 10, random: context.Random());
        Learn.Epochs(linear, new Adam(linear.Parameters(), 5e-3), train, digits.TrainY, context.Pick(30, 20), seed: context.Seed);
        var cnn = new DigitCnn(random: context.Random(1));
        Learn.Epochs(cnn, new Adam(cnn.Parameters(), 2e-3), digits.TrainX, digits.TrainY, context.Pick(6, 5), seed: context.Seed);
        return (Learn.Accuracy(linear, test, digits.TestY), Learn.Accuracy(cnn, digits.TestX, digits.TestY));
    }

    /// <summary>[n, 1, 28, 28] to [n, 8 · 4 · 4]: in each cell of 7 × 7 pixels the strength of the edges of each direction
    /// (histograms of oriented gradients, Dalal and Triggs 2005), square roots of their shares.</summary>
    private static Tensor Histograms(Tensor images)
    {
        Tensor dx = images.Conv2d(Tensor.From<float>([-1, 0, 1], [1, 1, 1, 3]), padding: new Padding((0, 0), (1, 1))), dy = images.Conv2d(Tensor.From<float>([-1, 0, 1], [1, 1, 3, 1]), padding: new Padding((1, 1), (0, 0)));
        var strength = (dx.Square() + dy.Square() + 1e-12).Sqrt();
        var bin = ((dy.Atan2(dx) / Math.PI + 1) * Bins % Bins).Floor();     // direction, the same for light–dark and dark–light
        var cells = Enumerable.Range(0, Bins).Select(b => (bin.Eq(b).To(DType.Float32) * strength).AvgPool2d(Cell).Flatten(1));
        var all = Tensor.Concat([.. cells], 1);
        return (all / (all.Sum(1, keepDims: true) + 1e-6)).Sqrt();
    }
}
