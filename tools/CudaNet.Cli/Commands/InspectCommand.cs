using System.CommandLine;
using System.Globalization;
using CudaNet.Cli.Output;
using CudaNet.Nn.Formats.Gguf;
using CudaNet.Nn.Formats.SafeTensors;
using CudaNet.Nn.Training;
using Spectre.Console;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet inspect FILE.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A safetensors file (weights or a checkpoint) or a GGUF file" };
        return new Command("inspect", "Look into a file of weights.") { file }
            .Does((parsed, report, _) => Run(parsed.GetValue(file)!, report))
            .WithExamples(("cudanet inspect runs/mnist-mlp/checkpoint.safetensors", "the checkpoint of a training"), ("cudanet inspect model.gguf", "tensors and metadata of a model of llama.cpp"));
    }

    private static void Run(string path, Report report)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException(Directory.Exists(path) ? $"{path}: this is a folder. Give a file in it." : $"{path}: there is no such file. Check the name.", path);
        if (Path.GetExtension(path).Equals(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            RunGguf(path, report);
            return;
        }
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

    private static void RunGguf(string path, Report report)
    {
        using var file = GgufFile.Open(path);
        var table = Screen.Table(("tensor", false), ("type", false), ("shape", false), ("values", true), ("bytes", true));
        long values = 0, bytes = 0;
        foreach (var tensor in file.Tensors)
        {
            var shape = $"[{string.Join(", ", tensor.Shape)}]";
            var count = tensor.Shape.Aggregate(1L, (product, size) => product * size);
            table.AddRow(Markup.Escape(tensor.Name), $"{tensor.Type}", Markup.Escape(shape), Number(count), Number(tensor.ByteLength));
            report.Row(("name", tensor.Name), ("type", $"{tensor.Type}"), ("shape", shape), ("values", count), ("bytes", tensor.ByteLength));
            (values, bytes) = (values + count, bytes + tensor.ByteLength);
        }
        report.Figure("tensors", file.Tensors.Count);
        report.Figure("values", values);
        report.Figure("bytes", bytes);
        Screen.Create().Write(table);
        Console.WriteLine($"GGUF {file.Version}, {file.Tensors.Count} tensors, {Number(values)} values, {Number(bytes)} bytes");
        foreach (var (key, value) in file.Metadata)
        {
            var text = value is Array array ? $"{array.Length} of {array.GetType().GetElementType()!.Name}" : Convert.ToString(value, CultureInfo.InvariantCulture)!.ReplaceLineEndings(" ");
            Console.WriteLine($"{key}: {(text.Length > 100 ? text[..100] + "…" : text)}");
        }
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
