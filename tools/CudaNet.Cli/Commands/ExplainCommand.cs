using System.CommandLine;
using System.Globalization;
using System.Text;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.IO;
using CudaNet.Models.Mnist;
using CudaNet.Nn;
using CudaNet.Nn.Training;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet explain mnist.</summary>
internal static class ExplainCommand
{
    private const int ProfiledSteps = 20;

    private static readonly Option<string> Model = new Option<string>("--model") { Description = "mlp or cnn", HelpName = "MODEL", DefaultValueFactory = _ => "mlp" }.Completing(["mlp", "cnn"]);
    private static readonly Option<int?> Batch = new("--batch") { Description = "Images of a batch", HelpName = "N" };
    private static readonly Option<string?> Out = new("--out") { Description = "Folder for drawing and trace. Default: runs/explain-MODEL", HelpName = "DIR" };
    private static readonly Option<string> Device = Devices.Option();

    public static Command Create() => new("explain", "Show how a model is run.")
    {
        new Command("mnist", "The layers, the fused plan of a training step, the graph as a drawing, and a trace of its time.") { Model, Batch, Out, Device }
            .Does(Run)
            .WithExamples(("cudanet explain mnist", "of the network of the notes"), ("dot -Tsvg runs/explain-mlp/graph.dot > graph.svg", "draw the graph; dot is in the package graphviz")),
    };

    private static void Run(ParseResult parsed, Report report, CancellationToken stop)
    {
        Devices.Use(parsed.GetValue(Device)!);
        var model = parsed.GetValue(Model)!;
        var folder = parsed.GetValue(Out) ?? Path.Combine("runs", $"explain-{model}");
        var training = new MnistTraining(new MnistOptions { Model = model, BatchSize = parsed.GetValue(Batch), Epochs = 1, Limit = parsed.GetValue(Batch) ?? 64 });
        var batch = training.FirstBatch();
        var summary = ModelSummary.Of(training.Model, batch.Inputs.Shape);
        Console.WriteLine(summary);
        var plan = training.Trainer.PlanOf(batch);
        Console.WriteLine(plan.Explain());

        var dot = Path.Combine(folder, "graph.dot");
        AtomicFile.Write(dot, Encoding.UTF8.GetBytes(Graph.ToDot(Loss.CrossEntropy(training.Model.Forward(batch.Inputs), batch.Targets))));
        var trace = Path.Combine(folder, "trace.json");
        foreach (var (name, calls, total) in Profile(training, batch, trace))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total.TotalMicroseconds / ProfiledSteps,9:F1} µs  {calls / ProfiledSteps,3}×  {name}"));
        Console.WriteLine($"wrote {dot}\nwrote {trace} (open it in chrome://tracing or ui.perfetto.dev)");

        report.Figure("steps", plan.Steps.Count);
        report.Figure("arena_bytes", plan.ArenaBytes);
        report.Figure("parameters", summary.Parameters);
        report.Figure("forward_flops", summary.Flops);
        foreach (var step in plan.Steps) report.Row(("step", step.Name), ("output", step.Outputs[0].Type.ToString()));
    }

    private static IReadOnlyList<(string Name, int Calls, TimeSpan Total)> Profile(MnistTraining training, Nn.Data.Batch batch, string path)
    {
        var steps = training.Trainer.StepsOn(batch);
        // The first runs compile, and are not what training is like.
        for (var i = 0; i < 3; i++) steps();
        using var profiler = new Profiler();
        for (var i = 0; i < ProfiledSteps; i++) steps();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        profiler.Save(path);
        return profiler.Summary();
    }
}
