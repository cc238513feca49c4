namespace CudaNet.Nn.Formats.SafeTensors;

/// <summary>An element type of the format.</summary>
/// <param name="Name">Its name in the header.</param>
/// <param name="Bits">Size of an element.</param>
/// <param name="DType">What the engine calls it; null when it has no such type.</param>
internal sealed record SafeTensorsType(string Name, int Bits, DType? DType = null)
{
    /// <summary>In the order of the reference implementation, which lays tensors out from the last type to the first.</summary>
    private static readonly SafeTensorsType[] All =
    [
        new("BOOL", 8, CudaNet.DType.Bool),
        new("F4", 4),
        new("F6_E2M3", 6),
        new("F6_E3M2", 6),
        new("U8", 8, CudaNet.DType.UInt8),
        new("I8", 8),
        new("F8_E5M2", 8),
        new("F8_E4M3", 8),
        new("F8_E8M0", 8),
        new("I16", 16),
        new("U16", 16),
        new("F16", 16, CudaNet.DType.Float16),
        new("BF16", 16, CudaNet.DType.BFloat16),
        new("I32", 32, CudaNet.DType.Int32),
        new("U32", 32),
        new("F32", 32, CudaNet.DType.Float32),
        new("C64", 64),
        new("F64", 64, CudaNet.DType.Float64),
        new("I64", 64, CudaNet.DType.Int64),
        new("U64", 64),
    ];

    public int Order => Array.IndexOf(All, this);

    public static string AllNames { get; } = string.Join(", ", All.Select(type => type.Name));

    public static SafeTensorsType? Find(string name)
    {
        foreach (var type in All)
            if (type.Name == name)
                return type;
        return null;
    }

    public static SafeTensorsType Of(DType dtype) => Array.Find(All, type => type.DType == dtype)
        ?? throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "safetensors: there is no such element type.");
}
