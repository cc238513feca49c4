using System.Buffers.Binary;
using System.Text;

namespace CudaNet.Nn.Formats.Gguf;

/// <summary>Reads the header of a GGUF file: counts and lengths are checked against what is left of the file before anything is made of them.</summary>
internal sealed class GgufReader(string file, Stream stream)
{
    public const string Again = "The file is damaged, cut off or of another format; fetch it again.";

    private const int DeepestArray = 4;

    private readonly byte[] _word = new byte[8];

    public string File => file;

    public long Position => stream.Position;

    private long Left => stream.Length - stream.Position;

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    /// <summary>A number of things that need some bytes each.</summary>
    public long Count(string what, int leastBytes)
    {
        long at = Position;
        ulong count = UInt64();
        if (count > (ulong)(Left / leastBytes))
            throw Fail(at, $"the file claims {count} {what} and has {Left} more bytes");
        return (long)count;
    }

    public string Text()
    {
        long at = Position, length = Count("characters of a text", 1);
        if (length > Array.MaxLength)
            throw Fail(at, $"a text claims {length} bytes");
        if (length == 0)
            return "";
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>A value of the metadata: a number, a truth, a text, or an array of these.</summary>
    public object Value(uint type, int depth = 0) => type switch
    {
        0 => Bytes(1)[0],
        1 => (sbyte)Bytes(1)[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)),
        3 => BinaryPrimitives.ReadInt16LittleEndian(Bytes(2)),
        4 => UInt32(),
        5 => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)),
        6 => BinaryPrimitives.ReadSingleLittleEndian(Bytes(4)),
        7 => Bytes(1)[0] != 0,
        8 => Text(),
        9 when depth < DeepestArray => Values(depth),
        10 => UInt64(),
        11 => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8)),
        12 => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8)),
        9 => throw Fail(Position, $"arrays lie more than {DeepestArray} deep in one another"),
        _ => throw Fail(Position, $"a value has the unknown type {type}"),
    };

    public DataFormatException Fail(long at, string what) => new(file, at, what, Again);

    private Array Values(int depth)
    {
        uint type = UInt32();
        int bytes = type switch { 0 or 1 or 7 => 1, 2 or 3 => 2, 4 or 5 or 6 => 4, 8 or 10 or 11 or 12 => 8, 9 => 12, _ => throw Fail(Position, $"an array has the unknown type {type}") };
        long at = Position, count = Count("elements of an array", bytes);
        if (count > Array.MaxLength)
            throw Fail(at, $"an array claims {count} elements");
        Array values = type switch
        {
            0 => new byte[count],
            1 => new sbyte[count],
            2 => new ushort[count],
            3 => new short[count],
            4 => new uint[count],
            5 => new int[count],
            6 => new float[count],
            7 => new bool[count],
            8 => new string[count],
            10 => new ulong[count],
            11 => new long[count],
            12 => new double[count],
            _ => new object[count],
        };
        for (int i = 0; i < values.Length; i++)
            values.SetValue(Value(type, depth + 1), i);
        return values;
    }

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (Left < count)
            throw Fail(Position, $"the file ends where {count} bytes of its header should be");
        stream.ReadExactly(_word.AsSpan(0, count));
        return _word.AsSpan(0, count);
    }
}
