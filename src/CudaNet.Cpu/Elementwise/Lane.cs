namespace CudaNet.Cpu.Elementwise;

/// <summary>The types that programs compute in. Half types are computed in float; Bool is a byte of 0 or 1.</summary>
internal enum Lane : byte
{
    Byte,
    Int32,
    Int64,
    Single,
    Double,
}

internal static class LaneTypes
{
    /// <summary>The type that values of an element type are computed in.</summary>
    public static Lane Of(DType type) => type switch
    {
        DType.Bool or DType.UInt8 => Lane.Byte,
        DType.Int32 => Lane.Int32,
        DType.Int64 => Lane.Int64,
        DType.Float64 => Lane.Double,
        _ => Lane.Single,
    };

    /// <summary>Bytes of one value.</summary>
    public static int Size(this Lane lane) => lane switch
    {
        Lane.Byte => 1,
        Lane.Int32 or Lane.Single => 4,
        _ => 8,
    };

    /// <summary>True if values in memory are what is computed with, so that no conversion is needed.</summary>
    public static bool IsNatural(DType type) => !type.IsHalf();

    /// <summary>Writes a number as a value of a lane.</summary>
    public static unsafe void Write(void* destination, Scalar value, Lane lane)
    {
        var integer = value.Type == DType.Float32 ? (long)value.Value : value.Integer;
        switch (lane)
        {
            case Lane.Byte: *(byte*)destination = unchecked((byte)integer); break;
            case Lane.Int32: *(int*)destination = unchecked((int)integer); break;
            case Lane.Int64: *(long*)destination = integer; break;
            case Lane.Single: *(float*)destination = (float)value.Value; break;
            default: *(double*)destination = value.Value; break;
        }
    }
}
