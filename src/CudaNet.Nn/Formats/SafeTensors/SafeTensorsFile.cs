using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace CudaNet.Nn.Formats.SafeTensors;

/// <summary>A safetensors file open for reading: the header is read and checked at once, each tensor's bytes when asked for.</summary>
/// <remarks>Format: header length (u64), JSON header, data; all little-endian. Checked as by the reference implementation:
/// header of at most 100 MB, known types, sizes that fit shapes, data without holes, overlaps or rest. The file is read
/// by position instead of mapped, so that a file cut off by another process gives an error instead of a crash.
/// Reading from several threads at once is safe.</remarks>
public sealed class SafeTensorsFile : IDisposable
{
    /// <summary>Bytes of the longest header, a limit of the format.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    private const int LengthBytes = 8;

    private readonly SafeFileHandle? _handle;
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly long _dataStart;
    private readonly Dictionary<string, TensorInfo> _byName;

    private SafeTensorsFile(SafeFileHandle? handle, ReadOnlyMemory<byte> memory, string name)
    {
        (_handle, _memory, Name) = (handle, memory, name);
        long length = handle is null ? memory.Length : RandomAccess.GetLength(handle);
        if (length < LengthBytes)
            throw new DataFormatException(name, length, $"the file ends before the {LengthBytes} bytes of the header's length", "Give a whole safetensors file.");

        Span<byte> word = stackalloc byte[LengthBytes];
        ReadAt(0, word);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(word);
        if (headerBytes > MaxHeaderBytes)
            throw new DataFormatException(name, 0, $"the header claims {headerBytes} bytes, more than the {MaxHeaderBytes} that the format allows", "This is no safetensors file, or its beginning is damaged; fetch it again.");
        if ((long)headerBytes > length - LengthBytes)
            throw new DataFormatException(name, 0, $"the header claims {headerBytes} bytes, the file has {length - LengthBytes} after its length", "The file is cut off; fetch it again.");

        _dataStart = LengthBytes + (long)headerBytes;
        var header = handle is null ? memory.Slice(LengthBytes, (int)headerBytes) : ReadHeader((int)headerBytes);
        (Tensors, _byName, Metadata) = new SafeTensorsHeader(name, header.Span, length - _dataStart).Parse();
    }

    /// <summary>The path, or what stands for it in memory.</summary>
    public string Name { get; }

    /// <summary>All tensors in the order of their data.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>The names of all tensors in the order of their data.</summary>
    public IEnumerable<string> Names => Tensors.Select(tensor => tensor.Name);

    /// <summary>The texts under "__metadata__"; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What the file says of a tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is no tensor of this name.</exception>
    public TensorInfo this[string name] => _byName.TryGetValue(name, out var info) ? info
        : throw new KeyNotFoundException($"{Name}: there is no tensor \"{name}\". The file holds {Tensors.Count}: {string.Join(", ", Names.Take(8))}{(Tensors.Count > 8 ? ", …" : "")}.");

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="DataFormatException">The file is not a whole safetensors file.</exception>
    public static SafeTensorsFile Open(string path)
    {
        // A writer may replace the file by another while this one is read.
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        try
        {
            return new SafeTensorsFile(handle, default, path);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Checks the header of content in memory, which is kept and not copied.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">How errors call it.</param>
    /// <exception cref="DataFormatException">The content is not a whole safetensors file.</exception>
    public static SafeTensorsFile Parse(ReadOnlyMemory<byte> content, string name = "safetensors in memory") => new(null, content, name);

    /// <summary>True when there is a tensor of this name.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>The element type of a tensor, for those who need one that the engine has.</summary>
    /// <exception cref="DTypeException">The engine has no such type.</exception>
    /// <exception cref="KeyNotFoundException">There is no tensor of this name.</exception>
    public DType DTypeOf(string name)
    {
        var info = this[name];
        return info.DType ?? throw new DTypeException($"{Name}: tensor \"{name}\" has the element type {info.TypeName}, which the engine has not. Convert it to BOOL, U8, I32, I64, F16, BF16, F32 or F64 before saving.");
    }

    /// <summary>Reads all bytes of a tensor, little-endian and row-major.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="destination">Exactly as long as the tensor's bytes.</param>
    /// <exception cref="KeyNotFoundException">There is no tensor of this name.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="DataFormatException">The file became shorter, or a BOOL is neither 0 nor 1.</exception>
    public void ReadBytes(string name, Span<byte> destination)
    {
        var info = this[name];
        if (destination.Length != info.ByteLength)
            throw new ArgumentException($"{Name}: tensor \"{name}\" {info.TypeName} [{string.Join(", ", info.Shape)}] has {info.ByteLength} bytes, the destination {destination.Length}.", nameof(destination));
        ReadBytes(name, 0, destination);
    }

    /// <summary>Reads some bytes of a tensor: for tensors above 2 GB, or for rows of one.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="offset">First byte, counted from the tensor's beginning.</param>
    /// <param name="destination">Where they go; its length says how many.</param>
    /// <inheritdoc cref="ReadBytes(string, Span{byte})"/>
    public void ReadBytes(string name, long offset, Span<byte> destination)
    {
        var info = this[name];
        if (offset < 0 || offset > info.ByteLength - destination.Length)
            throw new ArgumentException($"{Name}: tensor \"{name}\" has {info.ByteLength} bytes; {destination.Length} at byte {offset} are beyond it.", nameof(offset));
        ReadAt(_dataStart + info.Begin + offset, destination);
        if (info.DType is DType.Bool && destination.IndexOfAnyExceptInRange((byte)0, (byte)1) is var at and >= 0)
            throw new DataFormatException(Name, _dataStart + info.Begin + offset + at, $"a BOOL of tensor \"{name}\" is {destination[at]}, not 0 or 1", "Fetch the file again, or save the tensor as U8.");
    }

    /// <summary>Reads all bytes of a tensor into a new array.</summary>
    /// <inheritdoc cref="ReadBytes(string, Span{byte})"/>
    public byte[] ReadBytes(string name)
    {
        var info = this[name];
        if (info.ByteLength > Array.MaxLength)
            throw new ArgumentException($"{Name}: tensor \"{name}\" has {info.ByteLength} bytes, more than one array can hold. Read it in parts.", nameof(name));
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)info.ByteLength);
        ReadBytes(name, bytes);
        return bytes;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle?.Dispose();

    private byte[] ReadHeader(int length)
    {
        byte[] header = GC.AllocateUninitializedArray<byte>(length);
        ReadAt(LengthBytes, header);
        return header;
    }

    private void ReadAt(long position, Span<byte> destination)
    {
        if (_handle is null)
        {
            _memory.Span.Slice((int)position, destination.Length).CopyTo(destination);
            return;
        }
        while (!destination.IsEmpty)
        {
            int got = RandomAccess.Read(_handle, destination, position);
            if (got == 0)
                throw new DataFormatException(Name, position, "the file became shorter after it was opened", "Read it again when nothing writes to it.");
            destination = destination[got..];
            position += got;
        }
    }
}
