using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using CudaNet.IO;

namespace CudaNet.Nn.Formats;

/// <summary>Reads and writes single tensors as NumPy's <c>.npy</c>.</summary>
/// <remarks>Format: "\x93NUMPY", version, length of the header, a Python dictionary with descr, fortran_order and shape, then
/// the elements. Little-endian and row-major files of the engine's types are read; there is no BFloat16 in the format.</remarks>
public static partial class NpyFile
{
    private const int MaxHeaderBytes = 1 << 16;

    private static readonly (string Descr, DType Type)[] Types =
    [
        ("<f4", DType.Float32), ("<f8", DType.Float64), ("<f2", DType.Float16), ("<i4", DType.Int32), ("<i8", DType.Int64), ("|u1", DType.UInt8), ("|b1", DType.Bool),
    ];

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataFormatException">The file is damaged, or its elements are of a type or in an order that is not read.</exception>
    public static Tensor Read(string path) => Parse(File.ReadAllBytes(path), path);

    /// <summary>Reads content in memory.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">How errors call it.</param>
    /// <exception cref="DataFormatException">As for <see cref="Read"/>.</exception>
    public static Tensor Parse(ReadOnlySpan<byte> content, string name = "npy in memory")
    {
        if (content.IsEmpty || content[0] != 0x93 || !content[1..].StartsWith("NUMPY"u8))
            throw new DataFormatException(name, 0, "the file does not begin as a .npy does", "Give a file written by numpy.save.");
        int lengthBytes = content.Length > 6 && content[6] == 1 ? 2 : 4, start = 8 + lengthBytes;
        if (content.Length < start)
            throw new DataFormatException(name, content.Length, "the file ends within its header", "The file is cut off; write it again.");
        long headerBytes = lengthBytes == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(content[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(content[8..]);
        if (headerBytes > Math.Min(MaxHeaderBytes, content.Length - start))
            throw new DataFormatException(name, 8, $"the header claims {headerBytes} bytes, the file has {content.Length - start} more", "The file is cut off or damaged; write it again.");
        string header = Encoding.Latin1.GetString(content.Slice(start, (int)headerBytes));
        var (type, shape) = ParseHeader(name, header);
        var data = content[(start + (int)headerBytes)..];
        long count = 1;
        foreach (long size in shape)
            if (Math.BigMul(count, size, out count) != 0 || count < 0)
                throw new DataFormatException(name, start, $"the shape ({string.Join(", ", shape)}) is beyond counting", "The file is damaged; write it again.");
        if (count != data.Length / type.Size() || data.Length % type.Size() != 0)
            throw new DataFormatException(name, start + headerBytes, $"{data.Length} bytes are no {type.ShortName()} of shape ({string.Join(", ", shape)})", "The file is cut off; write it again.");
        if (type == DType.Bool && data.ContainsAnyExceptInRange((byte)0, (byte)1))
            throw new DataFormatException(name, start + headerBytes, "a truth value is neither 0 nor 1", "The file is damaged; write it again.");
        return Tensor.FromBytes(data, new Shape(shape), type);
    }

    /// <summary>Writes a file.</summary>
    /// <exception cref="DTypeException">The tensor is BFloat16, which the format does not have.</exception>
    public static void Write(string path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        string descr = Types.FirstOrDefault(entry => entry.Type == tensor.DType).Descr
            ?? throw new DTypeException($"NpyFile.Write: {path}: the format has no {tensor.DType.ShortName()}. Use .To(DType.Float32) first.");
        string shape = tensor.Rank == 1 ? $"{tensor.Shape[0]}," : string.Join(", ", tensor.Shape.ToArray());
        string header = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}";
        // Data begin at a multiple of 64 bytes.
        header = header.PadRight((10 + header.Length + 64) / 64 * 64 - 11) + "\n";
        byte[] data = tensor.ToBytes();
        AtomicFile.Write(path, stream =>
        {
            stream.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
            stream.Write(Encoding.Latin1.GetBytes(header));
            stream.Write(data);
        });
    }

    private static (DType Type, long[] Shape) ParseHeader(string name, string header)
    {
        var match = HeaderPattern().Match(header);
        if (!match.Success)
            throw new DataFormatException(name, 10, $"the header is \"{(header.Length > 80 ? header[..80] + "…" : header).Trim()}\"", "Give a file of one array, written by numpy.save.");
        string descr = match.Groups["descr"].Value;
        if (!Types.Any(entry => entry.Descr == descr))
            throw new DataFormatException(name, 10, $"the elements are \"{descr}\"", $"Read are {string.Join(", ", Types.Select(entry => entry.Descr))}; convert the array with astype.");
        if (match.Groups["fortran"].Value == "True")
            throw new DataFormatException(name, 10, "the array lies in Fortran's order", "Save numpy.ascontiguousarray of it.");
        long[] shape = [.. match.Groups["size"].Captures.Select(capture => long.TryParse(capture.Value, out long size) ? size
            : throw new DataFormatException(name, 10, $"the size {capture.Value} is beyond counting", "The file is damaged; write it again."))];
        return (Types.First(entry => entry.Descr == descr).Type, shape);
    }

    [GeneratedRegex(@"^\s*\{\s*'descr':\s*'(?<descr>[^']{1,8})',\s*'fortran_order':\s*(?<fortran>True|False),\s*'shape':\s*\((?:\s*(?<size>\d{1,19}),?){0,32}\s*\),?\s*\}\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderPattern();
}
