using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using CudaNet.Nn.Formats;
using CudaNet.Onnx.Proto;
using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Onnx;

/// <summary>Turns stored tensors into values and back. Sizes are checked against the bytes that are there before anything is allocated.</summary>
/// <param name="file">How errors call the file.</param>
/// <param name="folder">Where data outside of the file lies; null for none.</param>
internal sealed class TensorReader(string file, string? folder)
{
    private const string Fix = "The file is damaged or was written by a faulty program; fetch or write it again.";

    public Value Read(TensorProto proto)
    {
        var type = (DataType)proto.DataType;
        string what = $"tensor \"{Shorten(proto.Name)}\"";
        if (type is DataType.Undefined or DataType.String or DataType.Complex64 or DataType.Complex128 || !Enum.IsDefined(type))
            throw new OnnxException($"{file}: {what} has the element type {type.Text()}, which is not supported. Supported are float, double, float16, bfloat16, bool and the integers.");
        long count = 1;
        foreach (long size in proto.Dims)
            if (size < 0 || Math.BigMul(count, size, out count) != 0 || count < 0)
                throw Fail($"{what} has the shape [{string.Join(", ", proto.Dims)}]");
        if (proto.Dims.Count > 32)
            throw Fail($"{what} has {proto.Dims.Count} axes");
        Shape shape = proto.Dims.ToArray();
        var raw = proto.DataLocation == TensorProto.Types.DataLocation.External ? External(proto, what) : proto.RawData.Memory;
        bool typed = raw.IsEmpty && proto.DataLocation != TensorProto.Types.DataLocation.External;
        return Value.Of(typed ? FromFields(proto, type, count, shape, what) : FromRaw(raw.Span, type, count, shape, what), type, constant: true);
    }

    /// <summary>The values of a sequence or an optional, which files of test data hold.</summary>
    public Value Read(SequenceProto proto) => Value.Of([.. proto.TensorValues.Select(Read), .. proto.SequenceValues.Select(Read), .. proto.OptionalValues.Select(Read)]);

    /// <inheritdoc cref="Read(SequenceProto)"/>
    public Value Read(OptionalProto proto) => proto.TensorValue is { } tensor ? Read(tensor) : proto.SequenceValue is { } sequence ? Read(sequence)
        : proto.OptionalValue is { } optional ? Read(optional) : Value.None;

    public static int BytesOf(DataType type) => type switch
    {
        DataType.Bool or DataType.Uint8 or DataType.Int8 => 1,
        DataType.Int16 or DataType.Uint16 or DataType.Float16 or DataType.Bfloat16 => 2,
        DataType.Int32 or DataType.Uint32 or DataType.Float => 4,
        _ => 8,
    };

    private Tensor FromRaw(ReadOnlySpan<byte> raw, DataType type, long count, Shape shape, string what)
    {
        if (raw.Length != count * BytesOf(type))
            throw Fail($"{what} {type.Text()} {shape} has {raw.Length} bytes of data, not {count * BytesOf(type)}");
        if (BitConverter.IsLittleEndian && type is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16 or DataType.Uint8 or DataType.Int32 or DataType.Int64)
            return Tensor.FromBytes(raw, shape, type.Storage());
        var values = new long[count];
        int bytes = BytesOf(type);
        for (int i = 0; i < values.Length; i++)
        {
            var element = raw.Slice(i * bytes, bytes);
            values[i] = type switch
            {
                DataType.Bool => element[0] == 0 ? 0 : 1,
                DataType.Int8 => (sbyte)element[0],
                DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
                DataType.Uint16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
                DataType.Uint32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
                _ => Signed(BinaryPrimitives.ReadUInt64LittleEndian(element), what),
            };
        }
        return FromLongs(values, shape, type);
    }

    private Tensor FromFields(TensorProto proto, DataType type, long count, Shape shape, string what)
    {
        int given = type switch
        {
            DataType.Float => proto.FloatData.Count,
            DataType.Double => proto.DoubleData.Count,
            DataType.Int64 => proto.Int64Data.Count,
            DataType.Uint32 or DataType.Uint64 => proto.Uint64Data.Count,
            _ => proto.Int32Data.Count,
        };
        if (given != count)
            throw Fail($"{what} {type.Text()} {shape} has {given} elements of data, not {count}");
        return type switch
        {
            DataType.Float => Tensor.From(proto.FloatData.ToArray(), shape),
            DataType.Double => Tensor.From(proto.DoubleData.ToArray(), shape),
            DataType.Int64 => Tensor.From(proto.Int64Data.ToArray(), shape),
            DataType.Uint32 or DataType.Uint64 => FromLongs([.. proto.Uint64Data.Select(value => Signed(value, what))], shape, type),
            // Halves lie as their bits in integers.
            DataType.Float16 or DataType.Bfloat16 => Tensor.FromBytes(MemoryMarshal.AsBytes<ushort>(proto.Int32Data.Select(value => (ushort)value).ToArray()), shape, type.Storage()),
            _ => FromLongs([.. proto.Int32Data.Select(value => (long)value)], shape, type),
        };
    }

    private static Tensor FromLongs(long[] values, Shape shape, DataType type)
    {
        using var pause = Graphs.Trace.Pause();
        return Tensor.From(values, shape).To(type.Storage()).Realize();
    }

    private long Signed(ulong value, string what) => value <= long.MaxValue ? (long)value
        : throw new OnnxException($"{file}: {what} holds {value}. Unsigned 64-bit integers above {long.MaxValue} are not supported.");

    private ReadOnlyMemory<byte> External(TensorProto proto, string what)
    {
        var entries = proto.ExternalData.GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Last().Value);
        string location = entries.GetValueOrDefault("location", "");
        if (folder is null || location.Length == 0)
            throw Fail($"{what} has its data outside of the file, {(folder is null ? "which was read from memory" : "without saying where")}");
        string path = Path.GetFullPath(Path.Combine(folder, location));
        if (!path.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(path))
            throw new DataFormatException(file, null, $"{what} has its data in \"{Shorten(location)}\", which is no file of the model's folder", "Put the files of the model into one folder.");
        long length = new FileInfo(path).Length;
        long offset = Number("offset", 0), bytes = Number("length", length - offset);
        if (offset < 0 || bytes < 0 || offset > length - bytes || bytes > Array.MaxLength)
            throw new DataFormatException(path, offset, $"{what} has {bytes} bytes here, the file {length}", "The file is cut off; fetch it again.");
        byte[] data = GC.AllocateUninitializedArray<byte>((int)bytes);
        using var handle = File.OpenHandle(path);
        for (int done = 0; done < data.Length;)
        {
            int got = RandomAccess.Read(handle, data.AsSpan(done), offset + done);
            if (got == 0)
                throw new DataFormatException(path, offset + done, "the file became shorter after it was opened", "Read it again when nothing writes to it.");
            done += got;
        }
        return data;

        long Number(string key, long missing) => !entries.TryGetValue(key, out string? text) ? missing
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw Fail($"{what} has the {key} \"{Shorten(text)}\" in its data's place");
    }

    private DataFormatException Fail(string text) => new(file, null, text, Fix);

    private static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");
}
