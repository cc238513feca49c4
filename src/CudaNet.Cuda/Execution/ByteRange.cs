using CudaNet.Execution;

namespace CudaNet.Cuda.Execution;

/// <summary>Bytes from <paramref name="Start"/> on, as addresses or relative to one.</summary>
internal readonly record struct ByteRange(long Start, long Bytes)
{
    /// <summary>Whether two ranges share a byte.</summary>
    public bool Overlaps(ByteRange other) => Start < other.Start + other.Bytes && other.Start < Start + Bytes;

    /// <summary>The same range, relative to another place.</summary>
    public ByteRange From(nint address) => this with { Start = Start + address };

    /// <summary>The bytes that an operand touches, relative to its first element; before it where an axis is flipped.</summary>
    public static ByteRange Of(Operand operand)
    {
        var (shape, size) = (operand.Shape, operand.DType.Size());
        if (shape.ElementCount == 0) return default;
        long low = 0, high = 0;
        for (var k = 0; k < shape.Rank; k++)
        {
            var reach = (shape[k] - 1) * operand.Layout.Strides[k];
            if (reach < 0) low += reach;
            else high += reach;
        }
        return new(low * size, (high - low + 1) * size);
    }
}
