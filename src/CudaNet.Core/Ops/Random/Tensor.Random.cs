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

    /// <summary>True with a probability.</summary>
    /// <param name="shape">Shape of the result.</param>
    /// <param name="probability">0 … 1.</param>
    /// <param name="seed">Gives the same values each time; null draws from <see cref="RandomStream.Default"/>.</param>
    /// <param name="device">Where; the default device if null.</param>
    public static Tensor Bernoulli(Shape shape, double probability, long? seed = null, Device? device = null) =>
        Draw.Bernoulli(StateOf(seed, device), shape, Literal(probability, DType.Float32));

    /// <summary>The numbers 0 … count − 1 in random order, as Int64; each order is as likely as any other.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Gives the same order each time; null draws from <see cref="RandomStream.Default"/>.</param>
    /// <param name="device">Where; the default device if null.</param>
    /// <exception cref="ShapeException">The count is negative.</exception>
    public static Tensor RandPermutation(long count, long? seed = null, Device? device = null) => Draw.Permutation(StateOf(seed, device), count);

    /// <summary>Class numbers, drawn with replacement with these probabilities along the last axis; they need not add up to 1.</summary>
    /// <param name="count">Numbers of each row, as a new last axis; one without an axis if null.</param>
    /// <param name="seed">Gives the same numbers each time; null draws from <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ShapeException">There are no classes, or the count is negative.</exception>
    public Tensor Categorical(long? count = null, long? seed = null) => Draw.Categorical(StateOf(seed, Device), this, count);

    /// <summary>The state of one draw: the first of a seed's stream, or the next of the default stream.</summary>
    private static Tensor StateOf(long? seed, Device? device)
    {
        var on = device ?? Device.Default;
        return seed is { } given ? From([given, 0L], [2], on) : RandomStream.Default.Next(on);
    }
}
