using CudaNet.Ops;

namespace CudaNet;

public sealed partial class Tensor
{
    /// <summary>Uniform numbers in [0, 1).</summary>
    /// <param name="shape">Shape of the result.</param>
    /// <param name="seed">Gives the same numbers each time; null draws from <see cref="RandomStream.Default"/>.</param>
    /// <param name="type">A floating type.</param>
    /// <param name="device">Where; the default device if null.</param>
    /// <exception cref="DTypeException">The type is not floating.</exception>
    public static Tensor Rand(Shape shape, long? seed = null, DType type = DType.Float32, Device? device = null) =>
        Draw.Uniform(StateOf(seed, device), shape, 0, 1, type);

    /// <summary>Standard normal numbers.</summary>
    /// <inheritdoc cref="Rand"/>
    public static Tensor Randn(Shape shape, long? seed = null, DType type = DType.Float32, Device? device = null) =>
        Draw.Normal(StateOf(seed, device), shape, 0, 1, type);

    /// <summary>Uniform integers in [low, high).</summary>
    /// <param name="shape">Shape of the result.</param>
    /// <param name="low">Least value.</param>
    /// <param name="high">One more than the greatest value.</param>
    /// <param name="seed">Gives the same numbers each time; null draws from <see cref="RandomStream.Default"/>.</param>
    /// <param name="type">UInt8, Int32 or Int64.</param>
    /// <param name="device">Where; the default device if null.</param>
    /// <exception cref="ShapeException">There is no integer between.</exception>
    /// <exception cref="DTypeException">The type is not an integer one, or does not hold all values.</exception>
    public static Tensor Randint(Shape shape, long low, long high, long? seed = null, DType type = DType.Int64, Device? device = null) =>
        Draw.Integers(StateOf(seed, device), shape, low, high, type);

    /// <summary>The state of one draw: the first of a seed's stream, or the next of the default stream.</summary>
    private static Tensor StateOf(long? seed, Device? device)
    {
        var on = device ?? Device.Default;
        return seed is { } given ? From([given, 0L], [2], on) : RandomStream.Default.Next(on);
    }
}
