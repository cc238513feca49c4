using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Sorting;

/// <summary>Element types as unsigned integers of the same order, so that one sort serves all of them. The keys of −0 and 0
/// are equal, and all NaN have the greatest one.</summary>
internal static class SortKey
{
    /// <summary>Bytes of an element type's key that can differ.</summary>
    public static int Bytes(DType type) => type.Size();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of<T>(T value) where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            var x = (float)(object)value;
            if (float.IsNaN(x)) return uint.MaxValue;
            var bits = BitConverter.SingleToUInt32Bits(x + 0f); // −0 + 0 = 0
            return (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        }
        if (typeof(T) == typeof(double))
        {
            var x = (double)(object)value;
            if (double.IsNaN(x)) return ulong.MaxValue;
            var bits = BitConverter.DoubleToUInt64Bits(x + 0d);
            return (bits & 0x8000000000000000) != 0 ? ~bits : bits | 0x8000000000000000;
        }
        if (typeof(T) == typeof(Half)) return Of16(BitConverter.HalfToUInt16Bits((Half)(object)value), 0x7C00);
        if (typeof(T) == typeof(BFloat16)) return Of16(((BFloat16)(object)value).Bits, 0x7F80);
        if (typeof(T) == typeof(int)) return (uint)(int)(object)value ^ 0x80000000;
        if (typeof(T) == typeof(long)) return (ulong)(long)(object)value ^ 0x8000000000000000;
        return (byte)(object)value;
    }

    private static ulong Of16(ushort bits, int infinity)
    {
        if ((bits & 0x7FFF) > infinity) return ushort.MaxValue;
        if (bits == 0x8000) bits = 0;
        return (ushort)((bits & 0x8000) != 0 ? ~bits : bits | 0x8000);
    }
}
