using System.CommandLine;
using System.Globalization;
using CudaNet.Cli.Output;
using CudaNet.Nn.Formats.SafeTensors;
using CudaNet.Nn.Training;
using Spectre.Console;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet inspect FILE.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A safetensors file: weights or a checkpoint" };
        return new Command("inspect", "Look into a file of weights.") { file }
            .Does((parsed, report, _) => Run(parsed.GetValue(file)!, report))
            .WithExamples(("cudanet inspect runs/mnist-mlp/checkpoint.safetensors", "the checkpoint of a training"));
    }

    private static void Run(string path, Report report)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException(Directory.Exists(path) ? $"{path}: this is a folder. Give a file in it." : $"{path}: there is no such file. Check the name.", path);
        using var file = SafeTensorsFile.Open(path);
        var table = Screen.Table(("tensor", false), ("type", false), ("shape", false), ("values", true), ("bytes", true));
        long values = 0, bytes = 0, weights = 0;
        foreach (var tensor in file.Tensors.OrderBy(t => TrainingCheckpoint.IsTrainingTensor(t.Name)))
        {
            var shape = $"[{string.Join(", ", tensor.Shape)}]";
            table.AddRow(Markup.Escape(tensor.Name), tensor.TypeName, Markup.Escape(shape), Number(tensor.Count), Number(tensor.ByteLength));
            report.Row(("name", tensor.Name), ("type", tensor.TypeName), ("shape", shape), ("values", tensor.Count), ("bytes", tensor.ByteLength));
            (values, bytes) = (values + tensor.Count, bytes + tensor.ByteLength);
            if (!TrainingCheckpoint.IsTrainingTensor(tensor.Name)) weights += tensor.Count;
        }
        report.Figure("tensors", file.Tensors.Count);
        report.Figure("values", values);
        report.Figure("model_values", weights);
        report.Figure("bytes", bytes);
        Screen.Create().Write(table);
        Console.WriteLine($"{file.Tensors.Count} tensors, {Number(values)} values, {Number(bytes)} bytes" + (weights < values ? $"; {Number(weights)} values are the model's, the rest (@…) is the state of its training" : ""));
        if (TrainingCheckpoint.StateIn(file) is { } state)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"training: {state.Epoch} epochs, {state.Batch} batches of the next, {state.Step} steps")
                + (state.History is [.., { } last] ? $"; test accuracy {Screen.Percent(last.TestAccuracy)}" : ""));
        foreach (var (key, value) in file.Metadata)
            if (key != TrainingCheckpoint.StateKey) Console.WriteLine($"{key}: {(value.Length > 300 ? value[..300] + "…" : value)}");
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
