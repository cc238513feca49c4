namespace CudaNet.Cuda.Driver;

/// <summary>What an argument or a parameter of a kernel is.</summary>
public enum KernelArgumentKind
{
    /// <summary>Bits of which nothing more is known.</summary>
    Any,

    /// <summary>A whole number or a pointer.</summary>
    Integer,

    /// <summary>A floating-point number.</summary>
    Float,

    /// <summary>Bytes with a layout of their own.</summary>
    Structure,
}
