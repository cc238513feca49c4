namespace CudaNet.Ops;

/// <summary>Numbers in random order: <see cref="ArgSort"/> of <see cref="RandomBits"/>.</summary>
internal sealed class RandPermutation : IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "RandPermutation",
        Formula = "0 … n − 1 in random order",
        DTypes = [DType.Int64],
        GradientOrder = 0,
        Samples = [new("some", [], _ => Tensor.RandPermutation(7, 1)), new("many", [], _ => Tensor.RandPermutation(1037, 2)), new("one", [], _ => Tensor.RandPermutation(1, 3)), new("none", [], _ => Tensor.RandPermutation(0, 4))],
        Refusals = [new("a negative count", () => Tensor.RandPermutation(-1, 1), "-1")],
    };
}
