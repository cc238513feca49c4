using SkiaSharp;

namespace CudaNet.Plotting;

/// <summary>Loss at the left and accuracy at the right against the epoch, for training and test data.</summary>
/// <param name="title">Above both plots.</param>
public sealed class LearningCurve(string title) : Picture
{
    /// <inheritdoc/>
    public override int Width => 1100;

    /// <inheritdoc/>
    public override int Height => 460;

    /// <summary>Number of the first epoch.</summary>
    public int FirstEpoch { get; init; } = 1;

    /// <summary>Loss on the training data, one value an epoch; empty when not measured, NaN for a gap.</summary>
    public IReadOnlyList<double> TrainLoss { get; init; } = [];

    /// <summary>Loss on the test data.</summary>
    public IReadOnlyList<double> TestLoss { get; init; } = [];

    /// <summary>Accuracy on the training data, from 0 to 1.</summary>
    public IReadOnlyList<double> TrainAccuracy { get; init; } = [];

    /// <summary>Accuracy on the test data, from 0 to 1.</summary>
    public IReadOnlyList<double> TestAccuracy { get; init; } = [];

    /// <inheritdoc/>
    protected override void Draw(SKCanvas canvas)
    {
        PlotStyle.DrawTitle(canvas, title, Width);
        const int Top = PlotStyle.TitleHeight - 6;
        var loss = new CurvePlot(null, "epoch", "loss") { WholeX = true };
        AddEpochs(loss, TrainLoss, TestLoss, scale: 1);
        loss.Draw(canvas, new SKRectI(8, Top, Width / 2 - 4, Height - 6));
        var accuracy = new CurvePlot(null, "epoch", "accuracy in %") { WholeX = true };
        AddEpochs(accuracy, TrainAccuracy, TestAccuracy, scale: 100);
        accuracy.Draw(canvas, new SKRectI(Width / 2 + 4, Top, Width - 10, Height - 6));
    }

    private void AddEpochs(CurvePlot plot, IReadOnlyList<double> train, IReadOnlyList<double> test, double scale)
    {
        foreach (var (name, values, color) in new[] { ("train", train, 0), ("test", test, 1) })
            if (values.Count > 0)
                plot.Add(new CurveSeries(name, [.. Enumerable.Range(FirstEpoch, values.Count).Select(epoch => (double)epoch)], [.. values.Select(value => value * scale)]) { ColorIndex = color });
    }
}
