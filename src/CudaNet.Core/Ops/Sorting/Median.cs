namespace CudaNet.Ops;

/// <summary>The middle element of an axis, from <see cref="Sort"/>.</summary>
internal sealed class Median : IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "Median",
        Formula = "s[⌊(n − 1)/2⌋], s the sorted elements",
        DTypes = DTypes.Numeric,
        GradientOrder = 1,
        Samples =
        [
            new("odd", [new([3, 7], Domain.Different)], x => x[0].Median(1)), new("even: the lower one", [new([8, 3], Domain.Different)], x => x[0].Median(0, true)), new("all", [new([3, 5], Domain.Different)], x => x[0].Median()),
        ],
        Refusals = [new("nothing", () => Tensor.Zeros([0]).Median(), "no element"), Samples.BadAxis(x => x.Median(2))],
    };
}
