namespace CudaNet.Ops;

/// <summary>Mean and (biased) variance over axes, one behind the other: [2, …], where the shape of x follows with size 1 along the axes.</summary>
/// <remarks>What the norms of a batch are made of: whatever else needs the statistics, such as running means, shares them.</remarks>
public sealed record Moments(Axes Axes) : Composite<Moments>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "Moments",
        Formula = "Σ x/n and Σ (x − mean)²/n along axes",
        DTypes = [DType.Float32, DType.Float64], // halves are widened before
        ToleranceScale = 2, // a difference of close numbers
        Samples =
        [
            Of("last axis", [3, 5], 1), Of("first axis", [7, 3], 0), Of("many vectors of a batch", [131, 37], 0), Of("images of a batch", [4, 3, 5, 7], (int[])[0, 2, 3]),
            Of("small images of a batch", [5, 3, 2, 2], (int[])[0, 2, 3]), Of("middle axis", [2, 5, 3], 1), Of("first and last but one", [3, 2, 4, 3], (int[])[0, 2]),
            Of("all", [2, 9], (int[])[0, 1]), Of("long row", [2, 1037], 1), Of("size 1", [3, 1], 1), Of("transposed", [4, 5], 1, SampleView.Transposed),
            Of("strided", [4, 5], 1, SampleView.Strided), Of("flipped", [4, 5], 0, SampleView.Flipped), Of("stretched", [4, 5], 1, SampleView.Stretched),
        ],
        Refusals = [new("halves", () => new Moments(0).Apply(Tensor.Zeros([3], DType.Float16)), "f16.*Float32")],
    };

    /// <inheritdoc/>
    public override Precision Precision => Precision.Full;

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        if (inputs[0].DType is not (DType.Float32 or DType.Float64))
            throw new DTypeException($"{Name}: x is {inputs[0].DType.ShortName()}; statistics are taken in Float32 or Float64. Use .To(DType.Float32).");
        var sizes = inputs[0].Shape.ToArray();
        foreach (var axis in Axes) sizes[axis] = 1;
        return new(new Shape(sizes).Insert(0, 2), inputs[0].DType);
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
    {
        var mean = inputs[0].Mean(Axes, keepDims: true);
        var centred = inputs[0] - mean;
        return Tensor.Stack([mean, (centred * centred).Mean(Axes, keepDims: true)]);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 4 * inputs[0].Shape.ElementCount;

    /// <summary>The mean and the variance of x.</summary>
    internal static (Tensor Mean, Tensor Variance) Of(Tensor x, Axes axes)
    {
        var both = new Moments(axes).Apply(x);
        return (both.Select(0, 0), both.Select(0, 1));
    }

    private static Sample Of(string name, Shape shape, Axes axes, SampleView view = SampleView.Contiguous) =>
        new(name, [new(shape, Domain.Any, view)], x => new Moments(axes).Apply(x[0])) { SumLength = shape.ElementCount };
}
