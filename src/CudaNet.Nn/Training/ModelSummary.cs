using System.Globalization;
using System.Text;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Nn.Training;

/// <summary>A model's layers with their shapes, parameters and costs, found by running it on a tensor that is never computed.</summary>
public sealed class ModelSummary
{
    private ModelSummary(Shape input, Shape output, IReadOnlyList<LayerSummary> layers, long parameters, long flops) =>
        (Input, Output, Layers, Parameters, Flops) = (input, output, layers, parameters, flops);

    /// <summary>Shape that the model was given.</summary>
    public Shape Input { get; }

    /// <summary>Shape of its result.</summary>
    public Shape Output { get; }

    /// <summary>Layers in the order of their calls.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>Trained values in all.</summary>
    public long Parameters { get; }

    /// <summary>Floating-point operations of a forward pass, with what is done between layers.</summary>
    public long Flops { get; }

    /// <summary>Summarises a model for an input of a shape.</summary>
    /// <param name="model">The model; its mode is used as it is, its buffers are left alone.</param>
    /// <param name="input">Shape of the input, the batch included.</param>
    /// <param name="type">Element type of the input; that of indices for a model that begins with an embedding.</param>
    /// <exception cref="ShapeException">The model refuses the shape.</exception>
    public static ModelSummary Of(Module model, Shape input, DType type = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(model);
        var names = model.NamedModules().ToDictionary(entry => entry.Module, entry => entry.Name);
        var layers = new List<LayerSummary>();
        var counted = new HashSet<Parameter>();
        var wasTraining = model.NamedModules().Where(entry => entry.Module.IsTraining).Select(entry => entry.Module).ToList();
        // Training mode would change running statistics.
        model.Eval();
        try
        {
            var x = Tensor.Zeros(input, type);
            var y = Layer.Observe((layer, before, after) => layers.Add(new(names.GetValueOrDefault(layer, ""), layer.ToString(), after.Shape,
                layer.Parameters().Where(counted.Add).Sum(p => p.Shape.ElementCount), FlopsBetween(before, after))), () => model.Forward(x));
            return new(input, y.Shape, layers, model.ParameterCount, FlopsBetween(x, y));
        }
        finally
        {
            foreach (var module in wasTraining) module.SetTraining(true);
        }
    }

    /// <summary>A table in plain text.</summary>
    public override string ToString()
    {
        List<string[]> rows = [["layer", "kind", "output", "parameters", "FLOPs"],
            .. Layers.Select(l => new[] { l.Name, l.Kind, l.Output.ToString(), Number(l.Parameters), Number(l.Flops) }),
            ["total", "", Output.ToString(), Number(Parameters), Number(Flops)]];
        var widths = Enumerable.Range(0, 5).Select(c => rows.Max(row => row[c].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            for (var c = 0; c < 5; c++) text.Append(c < 3 ? row[c].PadRight(widths[c]) : row[c].PadLeft(widths[c])).Append(c < 4 ? "  " : "");
            text.AppendLine();
        }
        return text.ToString();
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static long FlopsBetween(Tensor before, Tensor after)
    {
        var outside = Graph.Collect(before.Node).ToHashSet();
        long flops = 0;
        foreach (var node in Graph.Collect(after.Node))
        {
            if (outside.Contains(node) || node.Inputs.Count == 0 || node.Op is IView) continue;
            flops += node.Op.Flops([.. node.Inputs.Select(input => input.Type)], node.Type);
        }
        return flops;
    }
}
