using System.Buffers.Binary;
using System.Numerics;

namespace CudaNet.Nn.Formats.TensorBoard;

/// <summary>Records of TensorFlow's TFRecord files: length (8 bytes, little-endian), masked CRC-32C of the length, the bytes, masked CRC-32C
/// of the bytes.</summary>
internal static class RecordFraming
{
    public const int HeaderSize = 12, FooterSize = 4;

    public static void Write(Stream stream, ReadOnlySpan<byte> record)
    {
        Span<byte> header = stackalloc byte[HeaderSize], footer = stackalloc byte[FooterSize];
        BinaryPrimitives.WriteInt64LittleEndian(header, record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Masked(header[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(footer, Masked(record));
        stream.Write(header);
        stream.Write(record);
        stream.Write(footer);
    }

    /// <summary>All records of a file.</summary>
    /// <exception cref="DataFormatException">A checksum is wrong, or the file ends inside of a record.</exception>
    public static List<byte[]> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var records = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            if (bytes.Length - at < HeaderSize) throw Damaged(path, at, "the file ends inside of a record's header");
            var header = bytes.AsSpan(at, HeaderSize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) != Masked(header[..8])) throw Damaged(path, at, "the checksum of a record's length is wrong");
            var length = BinaryPrimitives.ReadInt64LittleEndian(header);
            if (length > bytes.Length - at - HeaderSize - FooterSize) throw Damaged(path, at, $"the file ends inside of a record of {length} bytes");
            var record = bytes.AsSpan(at + HeaderSize, (int)length);
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + HeaderSize + (int)length)) != Masked(record)) throw Damaged(path, at, "the checksum of a record is wrong");
            records.Add(record.ToArray());
            at += HeaderSize + (int)length + FooterSize;
        }
        return records;
    }

    /// <summary>CRC-32C (Castagnoli), rotated right by 15 bits, plus a constant: files often hold checksums of what holds checksums.</summary>
    public static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Crc32C(bytes), 15) + 0xA282EAD8;

    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    private static DataFormatException Damaged(string path, long at, string what) => new(path, at, what, "Train again, or leave the file out.");
}
