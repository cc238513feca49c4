namespace CudaNet.Ops;

/// <summary>Truth values with a probability, from <see cref="RandomUniform"/>.</summary>
internal sealed class Bernoulli : IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "Bernoulli",
        Formula = "u < p",
        DTypes = [DType.Float32],
        GradientOrder = 0,
        Samples =
        [
            new("one probability", [], _ => Tensor.Bernoulli([3, 5], 0.3, seed: 1)), new("never", [], _ => Tensor.Bernoulli([131], 0, seed: 1)), new("always", [], _ => Tensor.Bernoulli([131], 1, seed: 1)),
            new("none", [], _ => Tensor.Bernoulli([0], 0.5, seed: 1)), new("scalar", [], _ => Tensor.Bernoulli([], 0.5, seed: 1)),
        ],
        Refusals = [],
    };
}
