using System.Globalization;

namespace CudaNet;

/// <summary>A C# number beside a tensor, as in <c>x * 2</c>. It takes the tensor's type if its own category
/// (bool, integer, floating) is not higher; a floating number beside an integer tensor gives Float32.</summary>
public readonly record struct Scalar
{
    private Scalar(double value, long integer, DType type) => (Value, Integer, Type) = (value, integer, type);

    /// <summary>The number as a double.</summary>
    public double Value { get; }

    /// <summary>The number as a 64-bit integer, exact for the integer types.</summary>
    public long Integer { get; }

    /// <summary>Bool, Int64 or Float32: the type that the number has when it decides.</summary>
    public DType Type { get; }

    /// <summary>From a number.</summary>
    public static implicit operator Scalar(double value) => new(value, 0, DType.Float32);

    /// <summary>From a number.</summary>
    public static implicit operator Scalar(float value) => new(value, 0, DType.Float32);

    /// <summary>From a number.</summary>
    public static implicit operator Scalar(int value) => new(value, value, DType.Int64);

    /// <summary>From a number.</summary>
    public static implicit operator Scalar(long value) => new(value, value, DType.Int64);

    /// <summary>From a truth value.</summary>
    public static implicit operator Scalar(bool value) => new(value ? 1 : 0, value ? 1 : 0, DType.Bool);

    /// <summary>The type of the result beside a tensor of type <paramref name="tensor"/>.</summary>
    public DType PromoteWith(DType tensor) => Type.Category() > tensor.Category() ? Type : tensor;

    /// <inheritdoc/>
    public override string ToString() => Type == DType.Int64
        ? Integer.ToString(CultureInfo.InvariantCulture)
        : Value.ToString("R", CultureInfo.InvariantCulture);
}
