namespace CudaNet.Nn.Data;

/// <summary>Element types of the IDX format; the value is the type byte of the file.</summary>
public enum IdxElementType : byte
{
    /// <summary>Unsigned byte, the type of MNIST's images and labels.</summary>
    UInt8 = 0x08,

    /// <summary>Signed byte.</summary>
    Int8 = 0x09,

    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 0x0B,

    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 0x0C,

    /// <summary>IEEE 754 single precision.</summary>
    Float32 = 0x0D,

    /// <summary>IEEE 754 double precision.</summary>
    Float64 = 0x0E,
}
