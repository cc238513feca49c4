using System.Globalization;

namespace CudaNet.VirtualGpu;

/// <summary>Sizes of a grid or a block, or the position of a block or a thread.</summary>
/// <param name="X">Along x, which runs fastest.</param>
/// <param name="Y">Along y.</param>
/// <param name="Z">Along z.</param>
public readonly record struct Dim3(int X, int Y = 1, int Z = 1)
{
    /// <summary>Number of elements: x · y · z.</summary>
    public long Count => (long)X * Y * Z;

    /// <summary>A size along x only.</summary>
    /// <param name="x">The size.</param>
    public static implicit operator Dim3(int x) => new(x);

    /// <summary>The three numbers in parentheses.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({X}, {Y}, {Z})");

    internal Dim3 At(long index) => new((int)(index % X), (int)(index / X % Y), (int)(index / ((long)X * Y)));
}
