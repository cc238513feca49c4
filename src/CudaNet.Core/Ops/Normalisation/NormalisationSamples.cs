namespace CudaNet.Ops;

/// <summary>Samples of functions that work along one axis and keep it.</summary>
internal static class NormalisationSamples
{
    public static IReadOnlyList<Sample> AlongAxis(Func<Tensor, int, Tensor> apply)
    {
        Sample Of(string name, Shape shape, int axis, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Any, view)], x => apply(x[0], axis)) { SumLength = shape.Rank == 0 ? 1 : Math.Max(1, shape[shape.Axis(axis, name)]) };
        List<Sample> samples =
        [
            Of("last axis", [3, 5], -1), Of("first axis", [7, 3], 0), Of("middle axis", [2, 5, 3], 1), Of("vector", [131], 0),
            Of("scalar", [], 0), Of("size 1", [3, 1], 1), Of("no rows", [0, 3], 1), Of("empty axis", [3, 0], 1), Of("long row", [2, 1037], 1),
            Of("many short rows", [67, 10], 1),
        ];
        foreach (var view in Enum.GetValues<SampleView>().Skip(1)) samples.Add(Of($"{view}", [4, 5], 1, view));
        samples.Add(new("large values", [new([4, 9], new(-3e4, 3e4))], x => apply(x[0], 1)) { Differentiable = false, SumLength = 9 });
        samples.Add(new("minus infinity among others",
            [new([2, 5], Domain.Any with { Special = [double.NegativeInfinity, 1, double.NegativeInfinity] })], x => apply(x[0], 1))
        { Differentiable = false });
        samples.Add(new("a row of minus infinity",
            [new([2, 3], Domain.Any with { Special = [double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity] })], x => apply(x[0], 1))
        { Differentiable = false });
        samples.Add(new("NaN and plus infinity",
            [new([3, 4], Domain.Any with { Special = [double.NaN, 1, 2, 3, double.PositiveInfinity, 1, 2, 3] })], x => apply(x[0], 1))
        { Differentiable = false });
        return samples;
    }
}
