using CudaNet.Nn.Formats;
using CudaNet.Onnx;
using CudaNet.Onnx.Proto;

namespace CudaNet.Tests;

/// <summary>ONNX's own test data: models with inputs and the outputs that they must give. Debian's package <c>libonnx-testdata</c> has them.</summary>
internal static class ConformanceSuite
{
    public const string Folder = "/usr/share/libonnx-testdata/data";

    public enum Outcome { Passed, Failed, Unsupported, Crashed }

    public sealed record Result(string Case, string Operator, Outcome Outcome, string Reason);

    /// <summary>All cases of a kind: node, simple, pytorch-operator or pytorch-converted.</summary>
    public static string[] Cases(string kind)
    {
        string folder = Path.Combine(Folder, kind);
        if (!Directory.Exists(folder))
            Assert.Ignore($"{folder} is not there. Install Debian's package libonnx-testdata.");
        return [.. Directory.EnumerateDirectories(folder).Where(path => File.Exists(Path.Combine(path, "model.onnx"))).Order(StringComparer.Ordinal)];
    }

    public static Result Run(string path)
    {
        string name = Path.GetFileName(path), op = "?";
        try
        {
            // The operator that a case is about: that of its only node, or of its function before it was written out.
            var proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(path, "model.onnx")));
            op = proto.Graph.Node.Count == 1 ? proto.Graph.Node[0].OpType : name.EndsWith("_expanded", StringComparison.Ordinal) ? "(expanded functions)" : "(graphs of several nodes)";
            var model = OnnxModel.Load(Path.Combine(path, "model.onnx"));
            foreach (string set in Directory.EnumerateDirectories(path, "test_data_set_*"))
                if (Difference(model, proto, set) is { } difference)
                    return new Result(name, op, Outcome.Failed, difference);
            return new Result(name, op, Outcome.Passed, "");
        }
        catch (Exception e) when (e is OnnxException or DataFormatException)
        {
            return new Result(name, op, Outcome.Unsupported, e.Message);
        }
        catch (Exception e)
        {
            return new Result(name, op, Outcome.Crashed, e.ToString());
        }
    }

    private static string? Difference(OnnxModel model, ModelProto proto, string set)
    {
        // Stored tensors may be listed among the inputs; there is no file for them.
        var stored = proto.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet();
        var inputs = proto.Graph.Input.Where(info => !stored.Contains(info.Name)).Select((info, k) => Read(Path.Combine(set, $"input_{k}.pb"), info.Type)).ToArray();
        var expected = proto.Graph.Output.Select((info, k) => Read(Path.Combine(set, $"output_{k}.pb"), info.Type)).ToArray();
        // Tensors go the way of a user; sequences and optionals can only be given from within.
        var results = Array.TrueForAll(inputs, value => value.Tensor is not null) && Array.TrueForAll(expected, value => value.Tensor is not null)
            ? RunAsUser(model, inputs)
            : model.RunValues(inputs, Device.Cpu);
        for (int k = 0; k < expected.Length; k++)
            if (Difference(results[k], expected[k]) is { } difference)
                return $"output {k} \"{proto.Graph.Output[k].Name}\": {difference}";
        return null;
    }

    private static IReadOnlyList<Value> RunAsUser(OnnxModel model, Value[] inputs)
    {
        var results = model.Run(model.Inputs.Select((port, k) => (port.Name, inputs[k].Tensor!)).ToDictionary(pair => pair.Name, pair => pair.Item2));
        return [.. model.Outputs.Select(port => Value.Of(results[port.Name]))];
    }

    private static Value Read(string path, TypeProto type)
    {
        var reader = new TensorReader(path, null);
        byte[] content = File.ReadAllBytes(path);
        return type.ValueCase switch
        {
            TypeProto.ValueOneofCase.SequenceType => reader.Read(SequenceProto.Parser.ParseFrom(content)),
            TypeProto.ValueOneofCase.OptionalType => reader.Read(OptionalProto.Parser.ParseFrom(content)),
            _ => reader.Read(Typed(TensorProto.Parser.ParseFrom(content), type.TensorType.ElemType)),
        };
    }

    /// <summary>The data have bfloat16 as the integers of its bits.</summary>
    private static TensorProto Typed(TensorProto tensor, int type)
    {
        if (type == (int)TensorProto.Types.DataType.Bfloat16)
            tensor.DataType = type;
        return tensor;
    }

    /// <summary>Relative tolerance of ONNX's own runner; the absolute one lets a sum of numbers near 1 be 0.</summary>
    private static string? Difference(Value actual, Value expected)
    {
        if (expected.Sequence is { } sequence)
        {
            if (actual.Sequence?.Count != sequence.Count)
                return $"{actual.Sequence?.Count ?? -1} elements instead of {sequence.Count}";
            return sequence.Select((element, k) => Difference(actual.Sequence[k], element)).FirstOrDefault(difference => difference is not null);
        }
        if (expected.IsEmpty || actual.Tensor is null)
            return expected.IsEmpty == actual.IsEmpty ? null : "a value where none is expected, or none";
        if (actual.Tensor.Shape != expected.Tensor!.Shape)
            return $"{actual.Tensor.Shape} instead of {expected.Tensor.Shape}";
        if (actual.Tensor.DType != expected.Tensor.DType)
            return $"{actual.Tensor.DType} instead of {expected.Tensor.DType}";
        double[] a = actual.Tensor.ToDoubles(), b = expected.Tensor.ToDoubles();
        for (int k = 0; k < a.Length; k++)
            if (!(a[k].Equals(b[k]) || Math.Abs(a[k] - b[k]) <= 1e-6 + 1e-3 * Math.Abs(b[k])))
                return $"element {k} is {a[k]:G9} instead of {b[k]:G9}";
        return null;
    }
}
