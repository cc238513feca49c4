using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>Joins one index an axis to the row-major index of an element of axes of given sizes. Refuses values out of
/// range for each axis, which the joined index could not show. <c>FromEnd</c> lets negative ones count from the end.</summary>
public sealed record FlatIndex(Integers Sizes, bool FromEnd) : Op<FlatIndex>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "FlatIndex",
        Formula = "y = Σ iₖ·strideₖ",
        DTypes = [DType.Int64],
        GradientOrder = 0,
        Samples =
        [
            new("one axis", [new([7], Domain.Integers(-5, 4))], x => new FlatIndex(5, true).Apply(x[0])),
            new("two axes", [new([7], Domain.Integers(0, 4)), new([7], Domain.Integers(0, 2))], x => new FlatIndex([5, 3], false).Apply([.. x])),
            new("three axes from the end", [new([2, 3], Domain.Integers(-5, 4)), new([2, 3], Domain.Integers(-3, 2), SampleView.Transposed), new([2, 3], Domain.Integers(0, 0))], x => new FlatIndex([5, 3, 1], true).Apply([.. x])),
            new("nothing", [new([0], Domain.Integers(0, 4))], x => new FlatIndex(5, false).Apply(x[0])),
            new("scalar", [new([], Domain.Integers(0, 4))], x => new FlatIndex(5, false).Apply(x[0])),
        ],
        Refusals =
        [
            new("too great", () => new FlatIndex([5, 3], true).Apply(Tensor.From(0L), Tensor.From(3L)).Realize(), "3 is out of range for axis 1 of 3"),
            new("negative", () => new FlatIndex(5, false).Apply(Tensor.From(-1L)).Realize(), "-1 is out of range"),
        ],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        if (inputs.Length != Sizes.Count) throw new ShapeException($"FlatIndex: {inputs.Length} indices for {Sizes.Count} axes.");
        foreach (var input in inputs)
            if (input != new TensorType(inputs[0].Shape, DType.Int64))
                throw new ShapeException($"FlatIndex: {input} and i64{inputs[0].Shape}: all indices must be of one shape and Int64.");
        return inputs[0];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => new Tensor?[context.Inputs.Count];

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched) => Apply(Indexing.Aligned(inputs, batched));
}
