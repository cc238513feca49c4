namespace CudaNet.Ops;

/// <summary>Class numbers with probabilities, from <see cref="RandomUniform"/> and <see cref="ArgMax"/>.</summary>
internal sealed class Categorical : IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "Categorical",
        Formula = "argmax pₖ/Eₖ, Eₖ exponentially distributed",
        DTypes = [DType.Float32],
        GradientOrder = 0,
        Samples =
        [
            new("rows", [new([3, 5], Domain.Positive)], x => x[0].Categorical(seed: 1)), new("several a row", [new([3, 5], Domain.Positive)], x => x[0].Categorical(7, seed: 2)),
            new("vector", [new([5], Domain.Positive)], x => x[0].Categorical(9, seed: 3)), new("one class", [new([2, 1], Domain.Positive)], x => x[0].Categorical(seed: 4)),
            new("classes that never come", [new([6], new(0, 0) { Special = [0, 1, 0, 2] })], x => x[0].Categorical(50, seed: 5)),
        ],
        Refusals =
        [
            new("no classes", () => Tensor.Zeros([2, 0]).Categorical(), "classes"), new("a negative count", () => Tensor.Ones([2]).Categorical(-1), "-1"), new("integers", () => Tensor.From(1, 2).Categorical(), "i32"),
        ],
    };
}
