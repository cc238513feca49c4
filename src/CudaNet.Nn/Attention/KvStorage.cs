namespace CudaNet.Nn;

/// <summary>How a cache stores keys and values.</summary>
public enum KvStorage
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>16 bits with a short exponent.</summary>
    Float16,

    /// <summary>16 bits with Float32's exponent.</summary>
    BFloat16,

    /// <summary>8 bits, and a Float32 scale for each row: values are whole multiples of a 127th of the row's greatest.</summary>
    Int8,
}
