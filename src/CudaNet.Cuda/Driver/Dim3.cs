using System.Globalization;

namespace CudaNet.Cuda.Driver;

/// <summary>The size of a grid or a block, as dim3 in CUDA.</summary>
public readonly record struct Dim3(int X, int Y = 1, int Z = 1)
{
    /// <summary>Blocks of a grid, or threads of a block.</summary>
    public long Count => (long)X * Y * Z;

    /// <summary>One dimension.</summary>
    public static implicit operator Dim3(int x) => new(x);

    /// <summary>One dimension.</summary>
    public static Dim3 FromInt32(int x) => new(x);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({X}, {Y}, {Z})");
}
