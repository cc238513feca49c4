using System.Globalization;
using CudaNet.Nn.Training;
using Spectre.Console;

namespace CudaNet.Cli.Output;

/// <summary>Shows a training as it goes: a live bar on a terminal, now and then a line elsewhere; a line of the table
/// after each epoch in both.</summary>
/// <param name="unit">What samples are: images, windows.</param>
/// <param name="header">First line of the table.</param>
/// <param name="row">A line of it; that of a classifier if null.</param>
internal sealed class TrainingView(string unit = "images", string header = "epoch   train loss   accuracy   test loss   accuracy   images/s     time", Func<EpochResult, string>? row = null)
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    private readonly System.Diagnostics.Stopwatch _sinceLine = System.Diagnostics.Stopwatch.StartNew();
    private ProgressTask? _bar;
    private long _drawn;

    /// <summary>Runs a training that reports to this view.</summary>
    public T Watch<T>(Func<T> train)
    {
        Console.WriteLine(header);
        if (!Screen.IsLive) return train();
        T result = default!;
        AnsiConsole.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new SpinnerColumn(), new ProgressBarColumn { Width = 30 }, new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                _bar = context.AddTask("planning", maxValue: 1);
                result = train();
                _bar.StopTask();
            });
        return result;
    }

    public void OnBatch(TrainingProgress progress)
    {
        if (_bar is null)
        {
            if (_sinceLine.Elapsed < BetweenLines) return;
            _sinceLine.Restart();
            Console.WriteLine($"        {Describe(progress)}");
            return;
        }
        // Text is made ten times a second, not for each of thousands of batches.
        var now = Environment.TickCount64;
        _bar.MaxValue = (double)progress.Epochs * progress.Batches;
        _bar.Value = (progress.Epoch - 1.0) * progress.Batches + progress.Batch;
        if (now - _drawn < 100) return;
        _drawn = now;
        _bar.Description = Markup.Escape(Describe(progress));
    }

    public void OnEpoch(EpochResult epoch)
    {
        _sinceLine.Restart();
        var line = row?.Invoke(epoch) ?? string.Create(CultureInfo.InvariantCulture,
            $"{epoch.Epoch,5}   {epoch.TrainLoss,10:F4}   {Screen.Percent(epoch.TrainAccuracy),8}   {epoch.TestLoss,9:F4}   {Screen.Percent(epoch.TestAccuracy),8}   {epoch.SamplesPerSecond,8:N0}   {Screen.Duration(TimeSpan.FromSeconds(epoch.Seconds)),6}");
        if (_bar is null) Console.WriteLine(line);
        else AnsiConsole.WriteLine(line);
    }

    private string Describe(TrainingProgress p) => string.Create(CultureInfo.InvariantCulture,
        $"{(unit == "images" ? "epoch" : "round")} {p.Epoch}/{p.Epochs}  batch {p.Batch}/{p.Batches}  loss {p.Loss:F4}  {(p.SamplesPerSecond > 0 ? string.Create(CultureInfo.InvariantCulture, $"{p.SamplesPerSecond:N0} {unit}/s  ETA {Screen.Duration(p.Remaining)}") : "…")}");
}
