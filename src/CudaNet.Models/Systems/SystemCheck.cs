using System.Diagnostics;

namespace CudaNet.Models.Systems;

/// <summary>What the check of a system found: the worst of each figure over the seeds.</summary>
/// <param name="Id">The system.</param>
/// <param name="Figures">Its figures.</param>
/// <param name="Seconds">Time on the wall, of all seeds.</param>
/// <param name="Quick">True for the quick form.</param>
/// <param name="Error">Why it ended early; null if it did not.</param>
public sealed record SystemCheck(string Id, IReadOnlyList<Figure> Figures, double Seconds, bool Quick, string? Error = null)
{
    /// <summary>The seeds of every full check. None is chosen for its result; the quick form takes the first.</summary>
    public static IReadOnlyList<long> Seeds { get; } = [1, 2, 3];

    /// <summary>Seconds of all processor cores together: unlike <see cref="Seconds"/> it does not grow when others use the machine.</summary>
    public double ProcessorSeconds { get; init; }

    /// <summary>True when it measured something and all is within its bounds.</summary>
    public bool Ok => Error is null && Figures.Count > 0 && Figures.All(figure => figure.Ok);

    /// <summary>Checks a system for each seed. An exception ends it as a failure, with what was measured so far.</summary>
    /// <exception cref="OperationCanceledException">The context's cancellation.</exception>
    public static SystemCheck Of(CourseSystem system, SystemContext context)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(context);
        var clock = Stopwatch.StartNew();
        using var process = Process.GetCurrentProcess();
        var began = process.TotalProcessorTime;
        var worst = new OrderedDictionary<string, Figure>();
        string? error = null;
        try
        {
            foreach (var seed in context.Quick ? Seeds.Take(1) : Seeds)
                foreach (var figure in system.Check(context with { Seed = seed }))
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    if (!worst.TryGetValue(figure.Name, out var known) || !(figure.Margin >= known.Margin)) worst[figure.Name] = figure;
                }
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or OperationCanceledException))
        {
            error = $"{failure.GetType().Name}: {failure.Message.ReplaceLineEndings(" ")}";
        }
        process.Refresh();
        return new(system.Id, [.. worst.Values], clock.Elapsed.TotalSeconds, context.Quick, error) { ProcessorSeconds = (process.TotalProcessorTime - began).TotalSeconds };
    }
}
