using System.Runtime.InteropServices;
using System.Text;

namespace CudaNet.Bench.Suites;

/// <summary>Writes an ONNX model of one node: as much of the protocol-buffer format as that takes.</summary>
/// <remarks>Field numbers are those of onnx.proto, version 3.</remarks>
internal static class OnnxModel
{
    private const long IrVersion = 10, Opset = 23, FloatType = 1;
    private const int Varint = 0, Bytes = 2, Single = 5;

    /// <param name="operation">Its type, of the default domain.</param>
    /// <param name="attributes">Values are long, float or long[].</param>
    /// <param name="inputs">Shapes of the inputs; those with values are constants, which the runtime may lay out as it likes.</param>
    /// <param name="output">Shape of the output.</param>
    internal static byte[] Of(string operation, IReadOnlyList<(string Name, object Value)> attributes, IReadOnlyList<(long[] Shape, float[]? Constant)> inputs, long[] output)
    {
        var node = new MemoryStream();
        for (var k = 0; k < inputs.Count; k++)
            Text(node, 1, Name(k));
        Text(node, 2, "y");
        Text(node, 4, operation);
        foreach (var (name, value) in attributes)
            Message(node, 5, Attribute(name, value));

        var graph = new MemoryStream();
        Message(graph, 1, node);
        Text(graph, 2, operation);
        for (var k = 0; k < inputs.Count; k++)
        {
            if (inputs[k].Constant is { } values)
                Message(graph, 5, Constant(Name(k), inputs[k].Shape, values));
            else
                Message(graph, 11, Value(Name(k), inputs[k].Shape));
        }
        Message(graph, 12, Value("y", output));

        var opset = new MemoryStream();
        Number(opset, 2, Opset);
        var model = new MemoryStream();
        Number(model, 1, IrVersion);
        Message(model, 7, graph);
        Message(model, 8, opset);
        return model.ToArray();
    }

    /// <summary>Name of an input.</summary>
    internal static string Name(int input) => $"x{input}";

    private static MemoryStream Attribute(string name, object value)
    {
        const long floatKind = 1, integerKind = 2, integersKind = 7;
        var attribute = new MemoryStream();
        Text(attribute, 1, name);
        switch (value)
        {
            case float number:
                Key(attribute, 2, Single);
                attribute.Write(BitConverter.GetBytes(number));
                Number(attribute, 20, floatKind);
                break;
            case long number:
                Number(attribute, 3, number);
                Number(attribute, 20, integerKind);
                break;
            case long[] numbers:
                foreach (var number in numbers)
                    Number(attribute, 8, number);
                Number(attribute, 20, integersKind);
                break;
            default:
                throw new ArgumentException($"{name}: an attribute cannot be of type {value.GetType().Name}.");
        }
        return attribute;
    }

    private static MemoryStream Constant(string name, long[] shape, float[] values)
    {
        var tensor = new MemoryStream();
        foreach (var size in shape)
            Number(tensor, 1, size);
        Number(tensor, 2, FloatType);
        Text(tensor, 8, name);
        var data = MemoryMarshal.AsBytes<float>(values);
        Key(tensor, 9, Bytes);
        Encode(tensor, (ulong)data.Length);
        tensor.Write(data);
        return tensor;
    }

    private static MemoryStream Value(string name, long[] shape)
    {
        var sizes = new MemoryStream();
        foreach (var size in shape)
        {
            var dimension = new MemoryStream();
            Number(dimension, 1, size);
            Message(sizes, 1, dimension);
        }
        MemoryStream tensor = new(), type = new(), value = new();
        Number(tensor, 1, FloatType);
        Message(tensor, 2, sizes);
        Message(type, 1, tensor);
        Text(value, 1, name);
        Message(value, 2, type);
        return value;
    }

    private static void Key(MemoryStream stream, int field, int kind) => Encode(stream, (ulong)((field << 3) | kind));

    private static void Number(MemoryStream stream, int field, long value)
    {
        Key(stream, field, Varint);
        Encode(stream, (ulong)value);
    }

    private static void Text(MemoryStream stream, int field, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Key(stream, field, Bytes);
        Encode(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void Message(MemoryStream stream, int field, MemoryStream message)
    {
        Key(stream, field, Bytes);
        Encode(stream, (ulong)message.Length);
        message.WriteTo(stream);
    }

    private static void Encode(MemoryStream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }
}
