using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CudaNet.IO;

namespace CudaNet.Nn.Formats.SafeTensors;

/// <summary>Collects tensors and writes them as one safetensors file.</summary>
/// <remarks>The same tensors give the same bytes, laid out as by the reference implementation: wide element types first,
/// then by name, so that every tensor is aligned.</remarks>
public sealed class SafeTensorsWriter
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Texts to go under "__metadata__".</summary>
    public IDictionary<string, string> Metadata { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Adds a tensor whose bytes are at hand.</summary>
    /// <param name="name">Its name, unique in the file.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="shape">Size of each dimension; empty for a scalar.</param>
    /// <param name="data">Its elements, little-endian and row-major; kept, not copied, until the file is written.</param>
    /// <exception cref="ArgumentException">The name is taken or reserved, or the length is not what the shape needs.</exception>
    public void Add(string name, DType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> data)
    {
        long bytes = CountBytes(name, type, shape);
        if (bytes != data.Length)
            throw new ArgumentException($"safetensors: tensor \"{name}\" {type} [{string.Join(", ", shape.ToArray())}] needs {bytes} bytes, data has {data.Length}.", nameof(data));
        Add(name, type, shape, stream => stream.Write(data.Span));
    }

    /// <summary>Adds a tensor that writes itself, for tensors above 2 GB or on a device.</summary>
    /// <param name="name">Its name, unique in the file.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="shape">Size of each dimension; empty for a scalar.</param>
    /// <param name="write">Writes exactly the bytes that the shape needs, little-endian and row-major.</param>
    /// <exception cref="ArgumentException">The name is taken or reserved.</exception>
    public void Add(string name, DType type, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (name == SafeTensorsHeader.MetadataKey)
            throw new ArgumentException($"safetensors: the name {name} is reserved. Use {nameof(Metadata)} for texts.", nameof(name));
        if (!IsText(name))
            throw new ArgumentException($"safetensors: a name of {name.Length} characters holds half of a surrogate pair, which UTF-8 cannot tell. Give a correct text.", nameof(name));
        if (!_entries.TryAdd(name, new Entry(name, SafeTensorsType.Of(type), shape.ToArray(), CountBytes(name, type, shape), write)))
            throw new ArgumentException($"safetensors: there is already a tensor \"{name}\". Give each one its own name.", nameof(name));
    }

    /// <summary>Saves the file. An earlier one is replaced whole or, after an exception, not at all.</summary>
    /// <exception cref="IOException">The disk is full or the folder cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, WriteTo);

    /// <summary>Writes the file's content to a stream.</summary>
    /// <exception cref="InvalidOperationException">A tensor wrote more or fewer bytes than its shape needs.</exception>
    public void WriteTo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Entry[] entries = [.. _entries.Values.OrderByDescending(entry => entry.Type.Order).ThenBy(entry => entry.Name, StringComparer.Ordinal)];
        WriteHeader(stream, entries);
        foreach (var entry in entries)
        {
            var counted = new CountingStream(stream, entry.Name, entry.Bytes);
            entry.Write(counted);
            counted.CheckComplete();
        }
    }

    private void WriteHeader(Stream stream, Entry[] entries)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(SafeTensorsHeader.MetadataKey);
                foreach (var (key, value) in Metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var entry in entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", entry.Type.Name);
                json.WriteStartArray("shape");
                foreach (long n in entry.Shape)
                    json.WriteNumberValue(n);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset = checked(offset + entry.Bytes));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Spaces after the JSON align the data.
        while (buffer.WrittenCount % 8 != 0)
            buffer.Write(" "u8);
        if (buffer.WrittenCount > SafeTensorsFile.MaxHeaderBytes)
            throw new InvalidOperationException($"safetensors: the header would have {buffer.WrittenCount} bytes, the format allows {SafeTensorsFile.MaxHeaderBytes}. Split the tensors over several files.");

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, buffer.WrittenCount);
        stream.Write(length);
        stream.Write(buffer.WrittenSpan);
    }

    private static long CountBytes(string name, DType type, ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(name);
        long bytes = type.Size();
        foreach (long n in shape)
        {
            if (n < 0)
                throw new ArgumentException($"safetensors: the shape [{string.Join(", ", shape.ToArray())}] of tensor \"{name}\" has a negative size.", nameof(shape));
            bytes = checked(bytes * n);
        }
        return bytes;
    }

    private static bool IsText(string name)
    {
        for (int at = 0; at < name.Length;)
        {
            if (Rune.DecodeFromUtf16(name.AsSpan(at), out _, out int consumed) != OperationStatus.Done)
                return false;
            at += consumed;
        }
        return true;
    }

    private sealed record Entry(string Name, SafeTensorsType Type, long[] Shape, long Bytes, Action<Stream> Write);

    /// <summary>Passes on what is written and holds a tensor to its promised length.</summary>
    private sealed class CountingStream(Stream inner, string name, long promised) : Stream
    {
        private long _written;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _written; set => throw new NotSupportedException(); }

        public void CheckComplete()
        {
            if (_written != promised)
                throw Wrong(_written);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (buffer.Length > promised - _written)
                throw Wrong(_written + buffer.Length);
            inner.Write(buffer);
            _written += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private InvalidOperationException Wrong(long bytes) =>
            new($"safetensors: tensor \"{name}\" wrote {bytes} bytes, its shape needs {promised}. Write exactly these.");
    }
}
