namespace CudaNet;

/// <summary>Element type of a tensor. The order is the order of promotion within and across categories.</summary>
public enum DType : byte
{
    /// <summary>Truth value, one byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Signed 64-bit integer; the type of indices.</summary>
    Int64,

    /// <summary>IEEE 754 half precision: 5 exponent bits, 10 fraction bits.</summary>
    Float16,

    /// <summary>Brain float: 8 exponent bits, 7 fraction bits.</summary>
    BFloat16,

    /// <summary>IEEE 754 single precision; the default of new tensors.</summary>
    Float32,

    /// <summary>IEEE 754 double precision.</summary>
    Float64,
}
