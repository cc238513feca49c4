namespace CudaNet.Cuda.Kernels;

/// <summary>Element types as kernels name them.</summary>
public static class KernelTypes
{
    /// <summary>The floating types that every family has.</summary>
    public static IReadOnlyList<string> Floats { get; } = ["f32", "f16", "bf16"];

    /// <summary>The name of a type.</summary>
    public static string Name(DType type) => type switch
    {
        DType.Float32 => "f32",
        DType.Float64 => "f64",
        DType.Float16 => "f16",
        DType.BFloat16 => "bf16",
        DType.Int32 => "i32",
        DType.Int64 => "i64",
        DType.UInt8 => "u8",
        DType.Bool => "b8",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>True for the types of <see cref="Floats"/>.</summary>
    public static bool IsFloat(DType type) => type is DType.Float32 or DType.Float16 or DType.BFloat16;

    /// <summary>Bytes of an element.</summary>
    public static int SizeOf(string name) => name switch
    {
        "f64" or "i64" => 8,
        "f32" or "i32" => 4,
        "f16" or "bf16" => 2,
        _ => 1,
    };
}
