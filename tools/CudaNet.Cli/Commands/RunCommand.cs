using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using CudaNet.Cli.Output;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Formats;
using CudaNet.Onnx;
using CudaNet.Plotting;
using Spectre.Console;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet run MODEL.</summary>
internal static class RunCommand
{
    private static readonly Argument<string> Model = new("MODEL") { Description = "An ONNX file" };
    private static readonly Option<string[]> Input = new("--input") { Description = "An input: a .npy, or an image for [1, 1 or 3, height, width]; NAME=FILE where the model takes several. Without it: random numbers", HelpName = "FILE" };
    private static readonly Option<string[]> Size = new("--size") { Description = "Size of an axis that the model leaves open, as batch=2, or the shape of an input, as x=1,3,224,224; 1 without it", HelpName = "NAME=N" };
    private static readonly Option<double[]> Mean = new("--mean") { Description = "Subtracted from an image's channels, which are 0 … 1", HelpName = "R G B", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<double[]> Deviation = new("--std") { Description = "Divides an image's channels", HelpName = "R G B", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int> Repeat = new("--repeat") { Description = "Run so many times and show the fastest", HelpName = "N", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Top = new("--top") { Description = "Largest values to show of an output that is one row", HelpName = "N", DefaultValueFactory = _ => 5 };
    private static readonly Option<string?> Labels = new("--labels") { Description = "File with a name a line for the places of such an output", HelpName = "FILE" };
    private static readonly Option<string?> Out = new("--out") { Description = "Folder for the outputs as .npy", HelpName = "DIR" };
    private static readonly Option<string> Device = Devices.Option();

    public static Command Create() => new Command("run", "Run an ONNX model.") { Model, Input, Size, Mean, Deviation, Repeat, Top, Labels, Out, Device }
        .Does(Run)
        .WithExamples(
            ("cudanet run model.onnx", "inputs, outputs, shapes and time, on random numbers"),
            ("cudanet run resnet.onnx --input cat.jpg --mean 0.485 0.456 0.406 --std 0.229 0.224 0.225", "an image, scaled to what the model takes"),
            ("cudanet run bert.onnx --input ids=ids.npy --input mask=mask.npy --out results", "tensors in and out"));

    private static void Run(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var device = Devices.Use(parsed.GetValue(Device)!);
        string path = parsed.GetValue(Model)!;
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: there is no such file. Give an ONNX model.", path);
        var model = OnnxModel.Load(path).To(device);
        Console.WriteLine($"{Path.GetFileName(path)}: operator set {model.Opset}{(model.Producer.Length > 0 ? $", written by {model.Producer}" : "")}, "
            + string.Create(CultureInfo.InvariantCulture, $"{model.Operators.Values.Sum()} nodes, {model.ParameterCount:N0} values"));
        var inputs = Inputs(parsed, model).ToDictionary(entry => entry.Key, entry => entry.Value.To(device));
        var ports = Screen.Table(("", false), ("name", false), ("type", false), ("shape", false), ("from", false));
        foreach (var port in model.Inputs)
            ports.AddRow("input", Markup.Escape(port.Name), port.Type, Markup.Escape($"{inputs[port.Name].Shape}"), Source(parsed, model, port) is { } file ? Markup.Escape(file) : "random numbers");

        IReadOnlyDictionary<string, Tensor>? outputs = null;
        var fastest = TimeSpan.MaxValue;
        // The first run plans.
        for (int k = 0; k <= Math.Max(1, parsed.GetValue(Repeat)) && !cancellation.IsCancellationRequested; k++)
        {
            long start = Stopwatch.GetTimestamp();
            outputs = model.Run(inputs);
            Tensor.RealizeAll([.. outputs.Values]);
            _ = outputs.Values.First().To(CudaNet.Device.Cpu).Realize();
            if (k > 0 && Stopwatch.GetElapsedTime(start) is var took && took < fastest)
                fastest = took;
        }
        cancellation.ThrowIfCancellationRequested();
        foreach (var (name, tensor) in outputs!)
        {
            ports.AddRow("output", Markup.Escape(name), tensor.DType.ShortName(), Markup.Escape($"{tensor.Shape}"), "");
            report.Row(("name", name), ("type", tensor.DType.ShortName()), ("shape", $"{tensor.Shape}"));
        }
        Screen.Create().Write(ports);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fastest.TotalMilliseconds:F2} ms on {device}"));
        report.Figure("milliseconds", fastest.TotalMilliseconds);
        report.Figure("values", model.ParameterCount);
        foreach (var (name, tensor) in outputs)
            Show(parsed, name, tensor);
    }

    private static void Show(ParseResult parsed, string name, Tensor tensor)
    {
        if (parsed.GetValue(Out) is { } folder)
        {
            Directory.CreateDirectory(folder);
            NpyFile.Write(Path.Combine(folder, string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_')) + ".npy"),
                tensor.DType == DType.BFloat16 ? tensor.To(DType.Float32) : tensor);
        }
        int top = parsed.GetValue(Top);
        double[] values = tensor.ToDoubles();
        if (top < 1 || tensor.ElementCount < 2 || tensor.Rank == 0 || tensor.ElementCount != tensor.Shape.Max())
        {
            Console.WriteLine(tensor.ElementCount is > 0 and <= 64 ? $"{name}: {tensor.To(CudaNet.Device.Cpu)}" : tensor.ElementCount == 0 ? $"{name}: empty"
                : string.Create(CultureInfo.InvariantCulture, $"{name}: {values.Min():G6} … {values.Max():G6}, mean {values.Average():G6}"));
            return;
        }
        string[] labels = parsed.GetValue(Labels) is { } file ? File.ReadAllLines(file) : [];
        Console.WriteLine($"{name}: the largest of {values.Length}");
        foreach (int k in Enumerable.Range(0, values.Length).OrderByDescending(k => values[k]).Take(top))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {k,6}  {values[k],12:G6}  {(k < labels.Length ? labels[k] : "")}").TrimEnd());
    }

    private static string? Source(ParseResult parsed, OnnxModel model, OnnxPort port)
    {
        foreach (string given in parsed.GetValue(Input) ?? [])
            if (given.StartsWith(port.Name + "=", StringComparison.Ordinal))
                return given[(port.Name.Length + 1)..];
            else if (model.Inputs.Count == 1 && !given.Contains('=', StringComparison.Ordinal))
                return given;
        return null;
    }

    private static Dictionary<string, Tensor> Inputs(ParseResult parsed, OnnxModel model)
    {
        string[] given = parsed.GetValue(Input) ?? [];
        var used = model.Inputs.Select(port => Source(parsed, model, port)).Where(file => file is not null).ToArray();
        if (used.Length < given.Length)
            throw new ArgumentException($"{given.Length - used.Length} of the inputs {string.Join(", ", given)} are none of this model's, which takes {string.Join("; ", model.Inputs)}. Write NAME=FILE.");
        var sizes = (parsed.GetValue(Size) ?? []).Select(text => text.Split('=')).ToDictionary(parts => parts[0],
            parts => parts.Length == 2 && parts[1].Split(',') is var numbers && numbers.All(number => long.TryParse(number, out long size) && size > 0) ? numbers.Select(long.Parse).ToArray()
                : throw new ArgumentException($"'{string.Join('=', parts)}' is no size. Write an axis and a positive number, as batch=2, or an input and its shape, as x=1,3,224,224."));
        return model.Inputs.ToDictionary(port => port.Name, port => Source(parsed, model, port) is { } file ? FromFile(parsed, port, file) : Random(port, sizes));
    }

    private static Tensor FromFile(ParseResult parsed, OnnxPort port, string file)
    {
        if (!ImageFolder.Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            return NpyFile.Read(file);
        if (port.Axes is not { Count: 4 } axes || !int.TryParse(axes[1], out int channels) || channels is not (1 or 3))
            throw new ArgumentException($"The input {port} takes no image: that is [1, 1 or 3, height, width].");
        // Models that leave the size open get a usual one.
        var (height, width) = (int.TryParse(axes[2], out int h) && h > 0 ? h : 224, int.TryParse(axes[3], out int w) && w > 0 ? w : 224);
        var image = Tensor.From(ImageFile.Decode(file, height, width, channels), [1, channels, height, width]).To(DType.Float32) / 255;
        return (image - Channels(parsed.GetValue(Mean), 0)) / Channels(parsed.GetValue(Deviation), 1);

        Tensor Channels(double[]? numbers, double missing)
        {
            if (numbers is not { Length: > 0 })
                return Tensor.Full([], missing);
            if (numbers.Length != channels && numbers.Length != 1)
                throw new ArgumentException($"{numbers.Length} numbers for {channels} channels. Give one, or one a channel.");
            return Tensor.From(numbers, [numbers.Length, 1, 1]).To(DType.Float32);
        }
    }

    private static Tensor Random(OnnxPort port, Dictionary<string, long[]> sizes)
    {
        if (!sizes.TryGetValue(port.Name, out long[]? whole) && port.Axes is null)
            throw new ArgumentException($"The model does not say the shape of its input {port}. Give it with --size or --input.");
        Shape shape = whole ?? [.. port.Axes!.Select(axis => sizes.TryGetValue(axis, out long[]? given) && given.Length == 1 ? given[0] : long.TryParse(axis, out long size) && size > 0 ? size : 1)];
        return port.Type switch
        {
            "float" => Tensor.Rand(shape, seed: 1),
            "double" => Tensor.Rand(shape, seed: 1, DType.Float64),
            "float16" => Tensor.Rand(shape, seed: 1, DType.Float16),
            "bfloat16" => Tensor.Rand(shape, seed: 1, DType.BFloat16),
            "bool" => Tensor.Ones(shape, DType.Bool),
            // Ones are in all vocabularies, and as a mask let everything through.
            "int64" or "uint32" or "uint64" => Tensor.Ones(shape, DType.Int64),
            "uint8" => Tensor.Ones(shape, DType.UInt8),
            "int32" or "int16" or "uint16" or "int8" => Tensor.Ones(shape, DType.Int32),
            _ => throw new ArgumentException($"The input {port} cannot be made up. Give it with --input."),
        };
    }
}
