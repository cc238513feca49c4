using CudaNet.Graphs;
using CudaNet.IO;
using CudaNet.Nn;
using CudaNet.Onnx.Proto;
using Google.Protobuf;

namespace CudaNet.Onnx;

/// <summary>Writes what the engine computes as an ONNX model, for other runtimes.</summary>
/// <remarks>A function is traced; each op of the graph becomes a node of operator set 17, and an op that ONNX does not have
/// becomes its decomposition. Shapes are those of the examples.</remarks>
public static class OnnxExport
{
    /// <summary>Version of ONNX's operator set that is written.</summary>
    public const int Opset = 17;

    /// <summary>Writes a module with one input and one output. Parameters and buffers keep their names.</summary>
    /// <param name="module">The module; usually in evaluation, so that dropout lets everything through.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="example">An input: its shape and type are the model's.</param>
    /// <param name="input">Name of the input.</param>
    /// <param name="output">Name of the output.</param>
    /// <exception cref="OnnxException">An op cannot be written; it is named.</exception>
    public static void ExportOnnx(this Module module, string path, Tensor example, string input = "input", string output = "output")
    {
        ArgumentNullException.ThrowIfNull(module);
        NameStates(module);
        Save(path, x => [module.Forward(x[0])], [(input, example)], [output]);
    }

    /// <summary>Writes a function of tensors.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="function">It is called once, with tensors that stand for any values; what it captures becomes part of the model.</param>
    /// <param name="inputs">Name and example of each input.</param>
    /// <param name="outputs">A name for each output.</param>
    /// <exception cref="OnnxException">An op cannot be written; it is named.</exception>
    public static void Save(string path, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> function, IReadOnlyList<(string Name, Tensor Example)> inputs, IReadOnlyList<string> outputs) =>
        AtomicFile.Write(path, Model(function, inputs, outputs).ToByteArray());

    /// <summary>Gives the slots of a module their names, as far as they have none.</summary>
    private static void NameStates(Module module)
    {
        foreach (var _ in module.NamedParameters()) { }
        foreach (var _ in module.NamedBuffers()) { }
    }

    internal static ModelProto Model(Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> function, IReadOnlyList<(string Name, Tensor Example)> inputs, IReadOnlyList<string> outputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        var model = new ModelProto { IrVersion = 8, ProducerName = "CudaNet", ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version?.ToString(3) ?? "" };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        using var trace = new Trace();
        Tensor[] arguments = [.. inputs.Select((input, k) => new Tensor(new Node(new Ops.Placeholder(k, input.Example.Node.Type), [], input.Example.Node.Type, input.Example.Device)))];
        var results = function(arguments);
        if (results.Count != outputs.Count)
            throw new OnnxException($"ONNX export: the function gives {results.Count} tensors, {outputs.Count} outputs are named.");
        var writer = new GraphWriter(inputs.Select(input => input.Name).Concat(outputs));
        for (int k = 0; k < arguments.Length; k++)
            writer.Input(inputs[k].Name, arguments[k].Node);
        for (int k = 0; k < results.Count; k++)
            writer.Output(outputs[k], results[k].Node);
        model.Graph = writer.Graph;
        return model;
    }
}
