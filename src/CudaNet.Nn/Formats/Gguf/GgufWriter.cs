using System.Text;
using CudaNet.IO;

namespace CudaNet.Nn.Formats.Gguf;

/// <summary>Writes tensors as a GGUF file of version 3.</summary>
public sealed class GgufWriter
{
    private const int Alignment = 32;

    private readonly List<(string Name, GgufType Type, Shape Shape, byte[] Data)> _tensors = [];

    /// <summary>What the file says of its model: texts, truths, Int32, Int64, UInt32, Single, Double, and arrays of texts, Int32 or Single.</summary>
    public IDictionary<string, object> Metadata { get; } = new SortedDictionary<string, object>(StringComparer.Ordinal);

    /// <summary>Adds a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">Its elements.</param>
    /// <param name="type">How they are stored; null for their own type. Of the quantised types Q8_0 and Q4_0 can be written.</param>
    /// <exception cref="ShapeException">The last axis does not divide into blocks.</exception>
    /// <exception cref="DTypeException">The type cannot be written.</exception>
    public void Add(string name, Tensor tensor, GgufType? type = null)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var stored = type ?? tensor.DType switch
        {
            DType.Float32 => GgufType.F32,
            DType.Float64 => GgufType.F64,
            DType.Float16 => GgufType.F16,
            DType.BFloat16 => GgufType.BF16,
            DType.Int32 => GgufType.I32,
            DType.Int64 => GgufType.I64,
            var other => throw new DTypeException($"GgufWriter.Add: tensor \"{name}\" is {other.ShortName()}, which the format has not. Use .To(DType.Int32) first."),
        };
        var (elements, bytes, held) = GgufBlocks.Of(stored);
        if (elements == 1)
        {
            _tensors.Add((name, stored, tensor.Shape, tensor.To(held).ToBytes()));
            return;
        }
        if (stored is not (GgufType.Q8_0 or GgufType.Q4_0))
            throw new DTypeException($"GgufWriter.Add: {stored} can be read but not written. Use Q8_0 or Q4_0.");
        if (tensor.Rank == 0 || tensor.Shape[^1] % elements != 0)
            throw new ShapeException($"GgufWriter.Add: tensor \"{name}\" {tensor.Shape} does not divide into blocks of {elements} along its last axis. Store it as F16.");
        byte[] data = new byte[tensor.ElementCount / elements * bytes];
        GgufBlocks.Quantise(stored, tensor.To(DType.Float32).ToArray<float>(), data);
        _tensors.Add((name, stored, tensor.Shape, data));
    }

    /// <summary>Writes the file whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written; an earlier one is unchanged.</exception>
    public void Save(string path) => AtomicFile.Write(path, WriteTo);

    /// <summary>Writes the file to a stream.</summary>
    public void WriteTo(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((long)_tensors.Count);
        writer.Write((long)Metadata.Count);
        long written = 24;
        foreach (var (key, value) in Metadata)
        {
            written += Text(writer, key) + 4;
            written += Value(writer, key, value);
        }
        long offset = 0;
        foreach (var (name, type, shape, data) in _tensors)
        {
            written += Text(writer, name) + 16 + 8 * shape.Rank;
            writer.Write(shape.Rank);
            for (int k = shape.Rank - 1; k >= 0; k--)
                writer.Write(shape[k]);
            writer.Write((int)type);
            writer.Write(offset);
            offset += Padded(data.Length);
        }
        writer.Write(new byte[Padded(written) - written]);
        foreach (var (_, _, _, data) in _tensors)
        {
            writer.Write(data);
            writer.Write(new byte[Padded(data.Length) - data.Length]);
        }
    }

    private static long Padded(long length) => (length + Alignment - 1) / Alignment * Alignment;

    private static long Text(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((long)bytes.Length);
        writer.Write(bytes);
        return 8 + bytes.Length;
    }

    /// <summary>Writes a value behind its type, and returns its bytes without that of the type.</summary>
    private static long Value(BinaryWriter writer, string key, object value)
    {
        switch (value)
        {
            case uint number: writer.Write(4u); writer.Write(number); return 4;
            case int number: writer.Write(5u); writer.Write(number); return 4;
            case float number: writer.Write(6u); writer.Write(number); return 4;
            case bool truth: writer.Write(7u); writer.Write(truth); return 1;
            case string text: writer.Write(8u); return Text(writer, text);
            case long number: writer.Write(11u); writer.Write(number); return 8;
            case double number: writer.Write(12u); writer.Write(number); return 8;
            case string[] texts: Head(writer, 8, texts.Length); return 12 + texts.Sum(text => Text(writer, text));
            case int[] numbers: Head(writer, 5, numbers.Length); Array.ForEach(numbers, writer.Write); return 12 + 4L * numbers.Length;
            case float[] numbers: Head(writer, 6, numbers.Length); Array.ForEach(numbers, writer.Write); return 12 + 4L * numbers.Length;
            default: throw new ArgumentException($"GgufWriter: the metadata \"{key}\" is a {value.GetType().Name}, which is not written. Give a text, a truth, a number, or an array of texts, Int32 or Single.");
        }
    }

    private static void Head(BinaryWriter writer, uint type, int count)
    {
        writer.Write(9u);
        writer.Write(type);
        writer.Write((long)count);
    }
}
