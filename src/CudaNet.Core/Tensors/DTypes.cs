namespace CudaNet;

/// <summary>Facts about element types, and the promotion table (that of PyTorch).</summary>
public static class DTypes
{
    /// <summary>All element types in the order of the enumeration.</summary>
    public static IReadOnlyList<DType> All { get; } = Enum.GetValues<DType>();

    /// <summary>The floating types.</summary>
    public static IReadOnlyList<DType> Floating { get; } = [DType.Float16, DType.BFloat16, DType.Float32, DType.Float64];

    /// <summary>The integer types, without Bool.</summary>
    public static IReadOnlyList<DType> Integer { get; } = [DType.UInt8, DType.Int32, DType.Int64];

    /// <summary>All element types but Bool.</summary>
    public static IReadOnlyList<DType> Numeric { get; } = [.. Integer, .. Floating];

    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.Bool or DType.UInt8 => 1,
        DType.Float16 or DType.BFloat16 => 2,
        DType.Int32 or DType.Float32 => 4,
        _ => 8,
    };

    /// <summary>True for the four floating types.</summary>
    public static bool IsFloating(this DType type) => type >= DType.Float16;

    /// <summary>True for UInt8, Int32 and Int64.</summary>
    public static bool IsInteger(this DType type) => type is >= DType.UInt8 and <= DType.Int64;

    /// <summary>True for Float16 and BFloat16, whose sums are accumulated in Float32.</summary>
    public static bool IsHalf(this DType type) => type is DType.Float16 or DType.BFloat16;

    /// <summary>The short name: f32, f64, f16, bf16, i32, i64, u8, bool.</summary>
    public static string ShortName(this DType type) => type switch
    {
        DType.Bool => "bool",
        DType.UInt8 => "u8",
        DType.Int32 => "i32",
        DType.Int64 => "i64",
        DType.Float16 => "f16",
        DType.BFloat16 => "bf16",
        DType.Float32 => "f32",
        _ => "f64",
    };

    /// <summary>The element type that stores values of <typeparamref name="T"/>.</summary>
    /// <exception cref="DTypeException">No element type stores <typeparamref name="T"/>.</exception>
    public static DType Of<T>() => Of(typeof(T));

    /// <summary>The element type that stores values of a CLR type.</summary>
    /// <exception cref="DTypeException">No element type stores it.</exception>
    public static DType Of(Type type) =>
        type == typeof(float) ? DType.Float32
        : type == typeof(double) ? DType.Float64
        : type == typeof(int) ? DType.Int32
        : type == typeof(long) ? DType.Int64
        : type == typeof(bool) ? DType.Bool
        : type == typeof(byte) ? DType.UInt8
        : type == typeof(Half) ? DType.Float16
        : type == typeof(BFloat16) ? DType.BFloat16
        : throw new DTypeException($"Tensor: no element type stores {type}. Use bool, byte, int, long, Half, BFloat16, float or double.");

    /// <summary>The result type of an operation on two tensors of equal priority (PyTorch's table).</summary>
    /// <remarks>Float16 with BFloat16 gives Float32; UInt8 with a signed integer gives the signed one;
    /// a floating type wins over every integer; Bool gives way to everything.</remarks>
    public static DType Promote(DType a, DType b)
    {
        if (a == b) return a;
        if (a.IsHalf() && b.IsHalf()) return DType.Float32;
        return a > b ? a : b;
    }

    /// <summary>0 for Bool, 1 for integers, 2 for floating types: a lower category never decides the result.</summary>
    internal static int Category(this DType type) => type.IsFloating() ? 2 : type == DType.Bool ? 0 : 1;

    /// <summary>Promotion with PyTorch's priority of dimensions: a zero-dimensional tensor decides only if its
    /// category is higher than that of every tensor with dimensions.</summary>
    internal static DType Promote(DType a, bool aIsScalar, DType b, bool bIsScalar)
    {
        if (aIsScalar == bIsScalar) return Promote(a, b);
        var (strong, weak) = aIsScalar ? (b, a) : (a, b);
        return weak.Category() > strong.Category() ? weak : strong;
    }
}
