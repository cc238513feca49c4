namespace CudaNet.Nn.Formats.Gguf;

/// <summary>A GGUF file open for reading: what llama.cpp and its kin run. The header is read and checked at once, a tensor when asked for.</summary>
/// <remarks>Versions 2 and 3, little-endian. Quantised tensors are read as Float32. Reading from several threads at once is safe.</remarks>
public sealed class GgufFile : IDisposable
{
    private const uint Magic = 0x4655_4747; // "GGUF"

    private const int MaxAxes = 8;

    private readonly Stream _stream;
    private readonly Lock _gate = new();
    private readonly long _dataStart;
    private readonly Dictionary<string, GgufTensorInfo> _byName = new(StringComparer.Ordinal);

    private GgufFile(Stream stream, string name)
    {
        (_stream, Name) = (stream, name);
        var reader = new GgufReader(name, stream);
        if (stream.Length < 24 || reader.UInt32() != Magic)
            throw new DataFormatException(name, 0, "the file does not begin as a GGUF file does", "Give a GGUF file.");
        Version = (int)reader.UInt32();
        if (Version is not (2 or 3))
            throw new DataFormatException(name, 4, $"the file is of version {Version}; read are 2 and 3", "Convert it with a newer program.");
        long tensors = reader.Count("tensors", 24), entries = reader.Count("entries of metadata", 13);

        var metadata = new Dictionary<string, object>(StringComparer.Ordinal);
        for (long k = 0; k < entries; k++)
        {
            long at = reader.Position;
            string key = reader.Text();
            if (!metadata.TryAdd(key, reader.Value(reader.UInt32())))
                throw reader.Fail(at, $"the key \"{Shorten(key)}\" of the metadata occurs twice");
        }
        Metadata = metadata;
        long alignment = metadata.GetValueOrDefault("general.alignment", 32u) is uint given && given is > 0 and <= 1 << 20 && given % 8 == 0 ? given
            : throw reader.Fail(reader.Position, $"general.alignment is {metadata["general.alignment"]}, no multiple of 8");

        var infos = new List<(GgufTensorInfo Info, long At)>();
        for (long k = 0; k < tensors; k++)
            infos.Add((TensorInfo(reader), reader.Position));
        _dataStart = (reader.Position + alignment - 1) / alignment * alignment;
        foreach (var (info, at) in infos)
        {
            if (info.Offset % alignment != 0 || info.Offset > stream.Length - _dataStart - info.ByteLength)
                throw new DataFormatException(name, at, $"tensor \"{Shorten(info.Name)}\" has {info.ByteLength} bytes from byte {info.Offset} of the data, which are {Math.Max(0, stream.Length - _dataStart)} long", "The file is cut off; fetch it again.");
            if (!_byName.TryAdd(info.Name, info))
                throw reader.Fail(at, $"the name \"{Shorten(info.Name)}\" occurs twice");
        }
        Tensors = [.. infos.Select(entry => entry.Info)];
    }

    /// <summary>The path, or what stands for it in memory.</summary>
    public string Name { get; }

    /// <summary>Version of the format.</summary>
    public int Version { get; }

    /// <summary>What the file says of its model: numbers, truths, texts and arrays of these, such as <c>general.architecture</c> or <c>tokenizer.ggml.tokens</c>.</summary>
    public IReadOnlyDictionary<string, object> Metadata { get; }

    /// <summary>All tensors in the order of the file.</summary>
    public IReadOnlyList<GgufTensorInfo> Tensors { get; }

    /// <summary>What the file says of a tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is no tensor of this name.</exception>
    public GgufTensorInfo this[string name] => _byName.TryGetValue(name, out var info) ? info
        : throw new KeyNotFoundException($"{Name}: there is no tensor \"{name}\". The file holds {Tensors.Count}: {string.Join(", ", Tensors.Take(8).Select(tensor => tensor.Name))}{(Tensors.Count > 8 ? ", …" : "")}.");

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="DataFormatException">The file is no whole GGUF file, or has tensors of types that are not read.</exception>
    public static GgufFile Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
        try
        {
            return new GgufFile(stream, path);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Checks the header of content in memory, which is kept and not copied.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">How errors call it.</param>
    /// <exception cref="DataFormatException">As for <see cref="Open"/>.</exception>
    public static GgufFile Parse(byte[] content, string name = "GGUF in memory") => new(new MemoryStream(content, writable: false), name);

    /// <summary>Reads one tensor; a quantised one as Float32.</summary>
    /// <exception cref="KeyNotFoundException">There is no tensor of this name.</exception>
    /// <exception cref="DataFormatException">The file became shorter.</exception>
    /// <exception cref="ArgumentException">The tensor has more bytes than one array can hold.</exception>
    public Tensor Read(string name, Device? device = null)
    {
        var info = this[name];
        var (elements, bytes, type) = GgufBlocks.Of(info.Type);
        long count = info.ByteLength / bytes * elements;
        if (info.ByteLength > Array.MaxLength || count * type.Size() > Array.MaxLength)
            throw new ArgumentException($"{Name}: tensor \"{name}\" has {count} elements, more than one array can hold.", nameof(name));
        byte[] raw = GC.AllocateUninitializedArray<byte>((int)info.ByteLength);
        lock (_gate)
        {
            _stream.Position = _dataStart + info.Offset;
            if (_stream.ReadAtLeast(raw, raw.Length, throwOnEndOfStream: false) < raw.Length)
                throw new DataFormatException(Name, _dataStart + info.Offset, "the file became shorter after it was opened", "Read it again when nothing writes to it.");
        }
        Shape shape = new([.. info.Shape]);
        if (!GgufBlocks.IsQuantised(info.Type))
            return Tensor.FromBytes(raw, shape, type, device);
        float[] values = GC.AllocateUninitializedArray<float>((int)count);
        GgufBlocks.Dequantise(info.Type, raw, values);
        return Tensor.From(values, shape, device);
    }

    /// <summary>Reads all tensors.</summary>
    /// <inheritdoc cref="Read"/>
    public IReadOnlyDictionary<string, Tensor> ReadAll(Device? device = null) => Tensors.ToDictionary(info => info.Name, info => Read(info.Name, device));

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    private static GgufTensorInfo TensorInfo(GgufReader reader)
    {
        long at = reader.Position;
        string name = reader.Text();
        uint axes = reader.UInt32();
        if (axes > MaxAxes)
            throw reader.Fail(at, $"tensor \"{Shorten(name)}\" has {axes} axes");
        var shape = new long[axes];
        long count = 1;
        for (int k = shape.Length - 1; k >= 0; k--)
        {
            ulong size = reader.UInt64();
            if (size > long.MaxValue || Math.BigMul(count, (long)size, out count) != 0 || count < 0)
                throw reader.Fail(at, $"the shape of tensor \"{Shorten(name)}\" is beyond counting");
            shape[k] = (long)size;
        }
        var type = (GgufType)reader.UInt32();
        if (!Enum.IsDefined(type))
            throw new DataFormatException(reader.File, at, $"tensor \"{Shorten(name)}\" has the type {(int)type}", $"Read are {string.Join(", ", Enum.GetNames<GgufType>())}; quantise the model to one of these.");
        var (elements, bytes, _) = GgufBlocks.Of(type);
        if (axes > 0 ? shape[^1] % elements != 0 : elements > 1)
            throw reader.Fail(at, $"tensor \"{Shorten(name)}\" [{string.Join(", ", shape)}] does not divide into blocks of {elements}");
        if (Math.BigMul(count / elements, bytes, out long length) != 0 || length < 0)
            throw reader.Fail(at, $"tensor \"{Shorten(name)}\" [{string.Join(", ", shape)}] is beyond counting");
        ulong offset = reader.UInt64();
        return offset <= long.MaxValue ? new GgufTensorInfo(name, type, shape, (long)offset, length) : throw reader.Fail(at, $"tensor \"{Shorten(name)}\" begins at byte {offset}");
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");
}
