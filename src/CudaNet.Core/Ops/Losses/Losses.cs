namespace CudaNet.Ops;

/// <summary>What the losses share.</summary>
internal static class Losses
{
    /// <summary>Mean, sum, mean over the batch, or the losses themselves.</summary>
    public static Tensor Reduced(this Tensor losses, LossReduction reduction) => reduction switch
    {
        LossReduction.Mean => losses.Mean(),
        LossReduction.Sum => losses.Sum(),
        LossReduction.BatchMean when losses.Rank > 0 => losses.Sum() / losses.Shape[0],
        LossReduction.BatchMean => throw new ShapeException("A loss without an axis has no batch to take the mean over. Use Mean or Sum."),
        _ => losses,
    };

    /// <summary>Input and target of one floating type; their shapes must be equal, since a broadcast is nearly always a mistake here.</summary>
    public static (Tensor Input, Tensor Target) Paired(Tensor input, Tensor target, string operation)
    {
        if (input.Shape != target.Shape)
            throw new ShapeException($"{operation}: the input is {input.Shape} and the target {target.Shape}. They must be equal; Reshape or ExpandTo one of them.");
        var type = DTypes.Promote(input.DType, target.DType);
        if (!type.IsFloating()) type = DType.Float32;
        return (input.To(type), target.To(type));
    }

    /// <summary>Samples of a loss of an input and a target of equal shape.</summary>
    public static IReadOnlyList<Sample> PairSamples(Func<Tensor, Tensor, LossReduction, Tensor> apply, Domain input, Domain target)
    {
        Sample Of(string name, Shape shape, LossReduction reduction = LossReduction.Mean, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, input, view), new(shape, target)], x => apply(x[0], x[1], reduction)) { SumLength = Math.Max(1, shape.ElementCount) };
        return
        [
            Of("mean", [3, 5]), Of("sum", [3, 5], LossReduction.Sum), Of("none", [3, 5], LossReduction.None), Of("one", [1]), Of("scalar", []), Of("three axes", [2, 3, 4]),
            Of("empty, sum", [0, 3], LossReduction.Sum), Of("empty, none", [0, 3], LossReduction.None), Of("long", [1037]),
            Of("transposed", [3, 5], view: SampleView.Transposed), Of("strided", [3, 5], view: SampleView.Strided),
            Of("flipped", [3, 5], view: SampleView.Flipped), Of("stretched", [3, 5], view: SampleView.Stretched),
        ];
    }

    /// <summary>A target of another shape.</summary>
    public static Refusal MismatchedTarget(Func<Tensor, Tensor, Tensor> apply) =>
        new("a target of another shape", () => apply(Tensor.Zeros([3, 1]), Tensor.Zeros([3])), @"the input is \[3, 1\] and the target \[3\]");
}
