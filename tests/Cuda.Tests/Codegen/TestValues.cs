using System.Runtime.InteropServices;

namespace CudaNet.Tests;

/// <summary>Arrays of any element type as bytes.</summary>
internal static class TestValues
{
    private static readonly double[] Special =
        [0.0, -0.0, 1, -1, 0.5, -0.5, 2, 3, -3, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e-40, 65504, -65504, 1e10, -1e10, 0.1, 2.5, -2.5, 300, -129];

    /// <summary>Elements of a buffer that is as large as a layout reaches.</summary>
    public static int Reach(Layout layout)
    {
        var last = layout.Offset;
        for (var axis = 0; axis < layout.Shape.Rank; axis++) last += Math.Max(0, layout.Strides[axis] * (layout.Shape[axis] - 1));
        return (int)last + 1;
    }

    /// <summary>Special values first where they are asked for, then values of all sizes.</summary>
    public static byte[] Draw(DType type, int count, int seed, bool special = true, bool nonZero = false)
    {
        var random = new Random(seed);
        if (type.IsFloating())
            return Encode(type, Array.ConvertAll(new double[count], _ => special && random.Next(4) == 0 ? Special[random.Next(Special.Length)]
                : random.Next(4) == 0 ? (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 7)) : (random.NextDouble() - 0.5) * 6));
        return Whole(type, Array.ConvertAll(new long[count], _ =>
        {
            var value = type == DType.Bool ? random.Next(2)
                : type == DType.UInt8 ? random.Next(256)
                : special && random.Next(8) == 0 ? random.Next(4) switch { 0 => type == DType.Int32 ? int.MinValue : long.MinValue, 1 => type == DType.Int32 ? int.MaxValue : long.MaxValue, 2 => -1, _ => 0 }
                : random.Next(3) == 0 ? (type == DType.Int32 ? random.Next(int.MinValue, int.MaxValue) : random.NextInt64(long.MinValue, long.MaxValue))
                : random.Next(-20, 21);
            return nonZero && value == 0 ? 1 : value;
        }));
    }

    public static byte[] Whole(DType type, long[] values) => type switch
    {
        DType.Int32 => Bytes(Array.ConvertAll(values, value => (int)value)),
        DType.Int64 => Bytes(values),
        _ => Array.ConvertAll(values, value => (byte)value),
    };

    public static byte[] Encode(DType type, double[] values) => type switch
    {
        DType.Float64 => Bytes(values),
        DType.Float32 => Bytes(Array.ConvertAll(values, value => (float)value)),
        DType.Float16 => Bytes(Array.ConvertAll(values, value => (Half)value)),
        DType.BFloat16 => Bytes(Array.ConvertAll(values, value => (BFloat16)(float)value)),
        _ => Whole(type, Array.ConvertAll(values, value => (long)value)),
    };

    public static double[] Decode(DType type, byte[] data) => type switch
    {
        DType.Float64 => Cast<double>(data).ToArray(),
        DType.Float32 => Array.ConvertAll(Cast<float>(data).ToArray(), value => (double)value),
        DType.Float16 => Array.ConvertAll(Cast<Half>(data).ToArray(), value => (double)value),
        DType.BFloat16 => Array.ConvertAll(Cast<BFloat16>(data).ToArray(), value => (double)(float)value),
        DType.Int32 => Array.ConvertAll(Cast<int>(data).ToArray(), value => (double)value),
        DType.Int64 => Array.ConvertAll(Cast<long>(data).ToArray(), value => (double)value),
        _ => Array.ConvertAll(data, value => (double)value),
    };

    /// <summary>Distance of neighbours of a type at a value.</summary>
    public static double Unit(DType type, double value)
    {
        var (digits, least) = type switch
        {
            DType.Float64 => (53, -1022),
            DType.Float32 => (24, -126),
            DType.Float16 => (11, -14),
            _ => (8, -126),
        };
        if (!double.IsFinite(value)) return 0;
        return Math.ScaleB(1, Math.Max(least, value == 0 ? least : Math.ILogB(value)) + 1 - digits);
    }

    private static ReadOnlySpan<T> Cast<T>(byte[] data) where T : unmanaged => MemoryMarshal.Cast<byte, T>(data);

    private static byte[] Bytes<T>(T[] values) where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
