using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using CudaNet.IO;
using CudaNet.Nn.Formats;

namespace CudaNet.Nn.Data;

/// <summary>An array in the IDX format of MNIST: two zero bytes, element type, rank, sizes, then the elements, big-endian.</summary>
/// <remarks>Plain and gzip files are told apart by their content. Memory is bounded by what the file holds, never by
/// what its header claims.</remarks>
public sealed class IdxFile
{
    /// <summary>A gzip file may unpack to this much whatever its size, and to <see cref="MaxExpansion"/> times its size beyond.</summary>
    private const long FreeExpansion = 32L << 20;

    /// <summary>Images compress 2 to 10 times; deflate can reach 1,030 times, but only for content without information.</summary>
    private const long MaxExpansion = 32;

    private const int MaxRank = 16;

    /// <summary>Wraps elements in memory.</summary>
    /// <param name="type">Type of an element.</param>
    /// <param name="shape">Size of each dimension.</param>
    /// <param name="data">The elements in the machine's byte order, row-major; kept, not copied.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="data"/> is not what the shape needs.</exception>
    public IdxFile(IdxElementType type, ReadOnlySpan<int> shape, byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        int size = SizeOf(type);
        if (size == 0)
            throw new ArgumentException($"IdxFile: no element type has the code {(byte)type}.", nameof(type));
        if (shape.Length is 0 or > MaxRank)
            throw new ArgumentException($"IdxFile: the rank is {shape.Length}; 1 to {MaxRank} dimensions are possible.", nameof(shape));
        long bytes = size;
        foreach (int n in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(n, nameof(shape));
            bytes = Multiply(bytes, n);
        }
        if (bytes != data.Length)
            throw new ArgumentException($"IdxFile: shape [{string.Join(", ", shape.ToArray())}] of {type} needs {bytes} bytes, data has {data.Length}.", nameof(data));
        (Type, Shape, Data) = (type, shape.ToArray(), data);
    }

    /// <summary>Type of an element.</summary>
    public IdxElementType Type { get; }

    /// <summary>Size of each dimension; the first is the number of samples.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The elements, row-major, in the machine's byte order; not a copy.</summary>
    public byte[] Data { get; }

    /// <summary>The elements as values of their type.</summary>
    /// <typeparam name="T">byte, sbyte, short, int, float or double, as <see cref="Type"/> says.</typeparam>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not the element type.</exception>
    public ReadOnlySpan<T> As<T>() where T : unmanaged
    {
        if (typeof(T) != ClrType(Type))
            throw new InvalidOperationException($"IdxFile: the elements are {Type}, not {typeof(T).Name}. Read them as {ClrType(Type).Name}.");
        return MemoryMarshal.Cast<byte, T>(Data);
    }

    /// <summary>Reads a plain or gzip IDX file.</summary>
    /// <exception cref="DataFormatException">The file is not a whole IDX file.</exception>
    public static IdxFile Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
        return Read(stream, path);
    }

    /// <summary>Reads plain or gzip IDX content from the stream's position to its end.</summary>
    /// <param name="stream">A stream that can seek; it stays open.</param>
    /// <param name="name">How errors call it.</param>
    /// <exception cref="DataFormatException">The content is not a whole IDX file.</exception>
    public static IdxFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
            throw new ArgumentException($"{name}: the stream cannot seek, so its length is unknown. Copy it to a file or a MemoryStream first.", nameof(stream));

        long start = stream.Position, length = stream.Length - start;
        Span<byte> magic = stackalloc byte[2];
        bool packed = stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1F, 0x8B];
        stream.Position = start;
        if (!packed)
            return new Reader(stream, name, length, packed: false).Read();

        using var gzip = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
        try
        {
            var file = new Reader(gzip, name, length, packed: true).Read();
            CheckGzipEnd(stream, name, start + length, 4 + 4 * file.Shape.Count + file.Data.LongLength);
            return file;
        }
        catch (InvalidDataException e)
        {
            throw new DataFormatException(name, null, "the gzip data is damaged or cut off", "Fetch the file again.", e);
        }
    }

    /// <summary>Writes the array as plain IDX.</summary>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> header = stackalloc byte[4 + 4 * MaxRank];
        (header[0], header[1], header[2], header[3]) = (0, 0, (byte)Type, (byte)Shape.Count);
        for (int i = 0; i < Shape.Count; i++)
            BinaryPrimitives.WriteInt32BigEndian(header[(4 + 4 * i)..], Shape[i]);
        stream.Write(header[..(4 + 4 * Shape.Count)]);
        if (SizeOf(Type) == 1 || !BitConverter.IsLittleEndian)
        {
            stream.Write(Data);
            return;
        }
        byte[] swapped = [.. Data];
        SwapBytes(swapped, SizeOf(Type));
        stream.Write(swapped);
    }

    /// <summary>Saves the array, as gzip when the name ends in ".gz". An earlier file is replaced whole or not at all.</summary>
    public void Save(string path) => AtomicFile.Write(path, file =>
    {
        if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            Write(file);
            return;
        }
        using var gzip = new GZipStream(file, CompressionLevel.SmallestSize, leaveOpen: true);
        Write(gzip);
    });

    private static int SizeOf(IdxElementType type) => type switch
    {
        IdxElementType.UInt8 or IdxElementType.Int8 => 1,
        IdxElementType.Int16 => 2,
        IdxElementType.Int32 or IdxElementType.Float32 => 4,
        IdxElementType.Float64 => 8,
        _ => 0,
    };

    private static Type ClrType(IdxElementType type) => type switch
    {
        IdxElementType.UInt8 => typeof(byte),
        IdxElementType.Int8 => typeof(sbyte),
        IdxElementType.Int16 => typeof(short),
        IdxElementType.Int32 => typeof(int),
        IdxElementType.Float32 => typeof(float),
        _ => typeof(double),
    };

    /// <summary>Product of two counts, long.MaxValue when it is greater.</summary>
    private static long Multiply(long a, long b) => Math.BigMul(a, b, out long low) == 0 && low >= 0 ? low : long.MaxValue;

    /// <summary>A gzip file ends with the length of its content: GZipStream does not notice when this end is cut off.</summary>
    private static void CheckGzipEnd(Stream stream, string name, long end, long contentBytes)
    {
        Span<byte> word = stackalloc byte[4];
        stream.Position = end - 4;
        stream.ReadExactly(word);
        uint told = BinaryPrimitives.ReadUInt32LittleEndian(word);
        if (told != (uint)contentBytes)
            throw new DataFormatException(name, end - 4, $"the gzip file is cut off, or something follows it: its end tells of {told} bytes, the content has {contentBytes}", "Fetch the file again, or unpack it with gunzip first.");
    }

    private static void SwapBytes(Span<byte> bytes, int size)
    {
        if (size == 2)
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, short>(bytes), MemoryMarshal.Cast<byte, short>(bytes));
        else if (size == 4)
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, int>(bytes), MemoryMarshal.Cast<byte, int>(bytes));
        else if (size == 8)
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, long>(bytes), MemoryMarshal.Cast<byte, long>(bytes));
    }

    /// <summary>Reads one IDX array from a stream of plain content.</summary>
    /// <param name="stream">The content, unpacked.</param>
    /// <param name="name">How errors call it.</param>
    /// <param name="length">Bytes of the file, packed or not.</param>
    /// <param name="packed">The file is gzip, so its length only bounds the content.</param>
    private readonly ref struct Reader(Stream stream, string name, long length, bool packed)
    {
        public IdxFile Read()
        {
            Span<byte> header = stackalloc byte[4 + 4 * MaxRank];
            ReadHeader(header[..4], 0);
            if (header[0] != 0 || header[1] != 0)
                throw Fail(0, $"this is no IDX file: it begins with {header[0]:X2} {header[1]:X2}, not with two zero bytes", "Give an IDX file such as train-images-idx3-ubyte, plain or .gz.");
            var type = (IdxElementType)header[2];
            int size = SizeOf(type), rank = header[3];
            if (size == 0)
                throw Fail(2, $"element type {header[2]:X2} is unknown", "The types are 08 u8, 09 i8, 0B i16, 0C i32, 0D f32, 0E f64; fetch the file again.");
            if (rank is 0 or > MaxRank)
                throw Fail(3, $"the rank is {rank}; 1 to {MaxRank} dimensions are possible", "Fetch the file again.");

            ReadHeader(header.Slice(4, 4 * rank), 4);
            Span<int> shape = stackalloc int[rank];
            long claimed = size;
            for (int i = 0; i < rank; i++)
            {
                uint n = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + 4 * i)..]);
                if (n > int.MaxValue)
                    throw Fail(4 + 4 * i, $"dimension {i} has the size {n}, above {int.MaxValue}", "Fetch the file again.");
                shape[i] = (int)n;
                claimed = Multiply(claimed, n);
            }
            // A zero may stand after sizes whose product is beyond counting.
            if (shape.Contains(0))
                claimed = 0;

            byte[] data = packed ? ReadPacked(claimed, 4 + 4 * rank) : ReadPlain(claimed, 4 + 4 * rank);
            if (BitConverter.IsLittleEndian)
                SwapBytes(data, size);
            return new IdxFile(type, shape, data);
        }

        private void ReadHeader(Span<byte> part, int offset)
        {
            int got = stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
            if (got < part.Length)
                throw Fail(offset + got, $"the content ends inside of the header, which needs {offset + part.Length} bytes", "Fetch the file again.");
        }

        private byte[] ReadPlain(long claimed, int headerBytes)
        {
            long held = length - headerBytes;
            if (claimed != held)
                throw Fail(headerBytes, $"the header claims {Bytes(claimed)} of elements, the file holds {held}", "Fetch the file again.");
            CheckArrayLimit(claimed);
            byte[] data = GC.AllocateUninitializedArray<byte>((int)claimed);
            int got = stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
            if (got < data.Length)
                throw Fail(headerBytes + got, "the file became shorter while it was read", "Try again when nothing writes to it.");
            return data;
        }

        private byte[] ReadPacked(long claimed, int headerBytes)
        {
            if (claimed > FreeExpansion && claimed / MaxExpansion > length)
                throw Fail(headerBytes, $"the header claims {Bytes(claimed)} from a gzip file of {length} bytes, more than {MaxExpansion} times as much", "If the file is trusted, unpack it with gunzip first.");
            CheckArrayLimit(claimed);

            // The buffer grows only as content really comes.
            byte[] data = GC.AllocateUninitializedArray<byte>((int)Math.Min(claimed, Math.Max(1 << 14, 2 * length)));
            int got = 0;
            while (true)
            {
                got += stream.ReadAtLeast(data.AsSpan(got), data.Length - got, throwOnEndOfStream: false);
                if (got < data.Length)
                    throw Fail(headerBytes + got, $"the content ends after {got} of {Bytes(claimed)} of elements", "Fetch the file again.");
                if (got == claimed)
                    break;
                Array.Resize(ref data, (int)Math.Min(claimed, 2L * data.Length));
            }
            // Also makes the stream reach and check the checksum.
            if (stream.ReadByte() >= 0)
                throw Fail(headerBytes + claimed, $"content goes on beyond the {Bytes(claimed)} of elements that the header claims", "Fetch the file again.");
            return data;
        }

        private void CheckArrayLimit(long claimed)
        {
            if (claimed > Array.MaxLength)
                throw Fail(4, $"{Bytes(claimed)} of elements are more than one array can hold ({Array.MaxLength})", "Split the file.");
        }

        private DataFormatException Fail(long offset, string what, string fix) =>
            new(name, offset, packed ? what + " (counted after unpacking)" : what, fix);

        private static string Bytes(long count) => count == long.MaxValue ? "over 2⁶³ bytes" : $"{count} bytes";
    }
}
