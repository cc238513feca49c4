namespace CudaNet.Ops;

/// <summary>The usual sets of samples, so that an op's file states only what is particular to it.</summary>
internal static class Samples
{
    private static readonly Shape[] Shapes = [[7], [3, 5], [], [0], [1], [2, 0, 3], [1037], [2, 3, 4]];

    /// <summary>A function of one tensor, element by element: all sizes and views, and the extremes.</summary>
    public static IReadOnlyList<Sample> Unary(Func<Tensor, Tensor> apply, Domain? domain = null, bool differentiable = true, bool extremes = true)
    {
        domain ??= Domain.Any;
        Tensor Call(IReadOnlyList<Tensor> inputs) => apply(inputs[0]);
        var samples = new List<Sample>();
        foreach (var shape in Shapes)
            samples.Add(new($"{shape}", [new(shape, domain)], Call) { Differentiable = differentiable });
        foreach (var view in Enum.GetValues<SampleView>().Skip(1))
            samples.Add(new($"{view}", [new([3, 5], domain, view)], Call) { Differentiable = differentiable });
        if (extremes) samples.Add(new("extremes", [new([19], Domain.Extremes)], Call) { Differentiable = false });
        return samples;
    }

    /// <summary>A relation: as <see cref="Binary"/>, with values that are often equal.</summary>
    public static IReadOnlyList<Sample> Relation(Func<Tensor, Tensor, Tensor> apply) =>
        Binary(apply, Domain.Integers(0, 2), differentiable: false);

    /// <summary>A function of two tensors, element by element: sizes, views, broadcasts, and the extremes.</summary>
    public static IReadOnlyList<Sample> Binary(Func<Tensor, Tensor, Tensor> apply, Domain? left = null, Domain? right = null, bool differentiable = true, bool extremes = true)
    {
        left ??= Domain.Any;
        right ??= left;
        Tensor Call(IReadOnlyList<Tensor> inputs) => apply(inputs[0], inputs[1]);
        Sample Of(string name, Shape a, Shape b, SampleView va = SampleView.Contiguous, SampleView vb = SampleView.Contiguous) =>
            new(name, [new(a, left, va), new(b, right, vb)], Call) { Differentiable = differentiable };
        var samples = new List<Sample>();
        foreach (var shape in Shapes) samples.Add(Of($"{shape}", shape, shape));
        samples.Add(Of("row", [3, 5], [5]));
        samples.Add(Of("column", [3, 5], [3, 1]));
        samples.Add(Of("outer", [4, 1], [1, 3]));
        samples.Add(Of("scalar", [2, 3], []));
        samples.Add(Of("more axes on the right", [5], [2, 3, 5]));
        samples.Add(Of("empty with one", [0, 3], [1, 3]));
        foreach (var view in Enum.GetValues<SampleView>().Skip(1))
        {
            samples.Add(Of($"{view} left", [3, 5], [3, 5], va: view));
            samples.Add(Of($"{view} right", [3, 5], [3, 5], vb: view));
        }
        if (extremes)
            samples.Add(new("extremes", [new([11, 1], Domain.Extremes), new([1, 11], Domain.Extremes)], Call) { Differentiable = false });
        return samples;
    }

    /// <summary>Two shapes that do not broadcast.</summary>
    public static Refusal MismatchedShapes(Func<Tensor, Tensor, Tensor> apply) =>
        new("shapes that do not broadcast", () => apply(Tensor.Zeros([2, 3]), Tensor.Zeros([4])), @"\[2, 3\] and \[4\] do not broadcast");

    /// <summary>An integer divided by 0.</summary>
    public static Refusal DivisionByZero(Func<Tensor, Tensor, Tensor> apply) =>
        new("an integer divided by 0", () => apply(Tensor.Ones([2], DType.Int32), Tensor.Zeros([2], DType.Int32)), "divided by 0|divide by zero");

    /// <summary>A reduction: each axis, several, all; sizes 0 and 1; views; NaN.</summary>
    /// <param name="apply">The call: input, axes (null for all), keep the folded axes.</param>
    /// <param name="domain">Which values to draw.</param>
    /// <param name="empty">False where an empty axis is refused.</param>
    /// <param name="differentiable">Whether gradients are checked.</param>
    /// <param name="sizeOne">False where one element, or several equal ones, have no gradient.</param>
    public static IReadOnlyList<Sample> Reduction(Func<Tensor, Axes?, bool, Tensor> apply, Domain? domain = null, bool empty = true, bool differentiable = true, bool sizeOne = true)
    {
        domain ??= Domain.Any;
        Sample Of(string name, Shape shape, Axes? axes, bool keep = false, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, domain, view)], x => apply(x[0], axes, keep))
            {
                Differentiable = differentiable && (sizeOne || shape.ElementCount > 1 && name != "size 1" && name != "Stretched, first axis"),
                SumLength = axes is { } some ? Enumerable.Range(0, some.Count).Aggregate(1L, (n, k) => n * shape[shape.Axis(some[k], name)]) : shape.ElementCount,
            };
        List<Sample> samples =
        [
            Of("all", [3, 5], null), Of("all, kept", [3, 5], null, true), Of("last axis", [3, 5], -1), Of("first axis", [7, 3], 0),
            Of("middle axis, kept", [2, 5, 3], 1, true), Of("two axes", [2, 3, 4], (int[])[0, 2]), Of("scalar", [], null),
            Of("size 1", [3, 1], 1), Of("long row", [2, 1037], 1), Of("long column", [1037, 3], 0), Of("vector", [131], 0),
            Of("empty result", [0, 3], 1),
        ];
        if (empty) samples.Add(Of("empty axis", [2, 0], 1));
        foreach (var view in Enum.GetValues<SampleView>().Skip(1))
        {
            samples.Add(Of($"{view}, last axis", [4, 5], 1, view: view));
            samples.Add(Of($"{view}, first axis", [4, 5], 0, view: view));
        }
        samples.Add(new("extremes", [new([11, 3], Domain.Extremes)], x => apply(x[0], 0, false)) { Differentiable = false });
        return samples;
    }

    /// <summary>An axis that a matrix does not have.</summary>
    public static Refusal BadAxis(Func<Tensor, Tensor> apply) =>
        new("an axis out of range", () => apply(Tensor.Zeros([2, 3])), @"axis 2 is out of range for \[2, 3\]");

    /// <summary>One axis named twice.</summary>
    public static Refusal RepeatedAxis(Func<Tensor, Tensor> apply) =>
        new("an axis named twice", () => apply(Tensor.Zeros([2, 3])), "axis 0 is named twice");

    /// <summary>A function that sorts along an axis: both directions, axes, sizes 0 and 1, views, ties, NaN.</summary>
    /// <param name="apply">The call: input, axis, descending.</param>
    public static IReadOnlyList<Sample> Sorting(Func<Tensor, int, bool, Tensor> apply)
    {
        Sample Of(string name, Shape shape, int axis, bool descending = false, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, Domain.Different, view)], x => apply(x[0], axis, descending)) { Differentiable = view != SampleView.Stretched };
        return
        [
            Of("vector", [7], 0), Of("descending", [7], 0, true), Of("last axis", [3, 5], 1), Of("first axis, descending", [7, 3], 0, true), Of("middle axis", [2, 5, 3], 1),
            Of("size 1", [3, 1], 1), Of("nothing", [3, 0], 1), Of("scalar", [], 0), Of("long", [1037], 0), Of("long rows, descending", [3, 301], 1, true),
            .. Enum.GetValues<SampleView>().Skip(1).Select(view => Of($"{view}", [4, 5], 1, view: view)),
            new("ties", [new([3, 99], Domain.Integers(0, 3))], x => apply(x[0], 1, false)) { Differentiable = false },
            new("ties, descending", [new([3, 99], Domain.Integers(0, 3))], x => apply(x[0], 1, true)) { Differentiable = false },
            new("extremes", [new([19], Domain.Extremes)], x => apply(x[0], 0, false)) { Differentiable = false },
            new("extremes, descending", [new([133], Domain.Extremes)], x => apply(x[0], 0, true)) { Differentiable = false },
        ];
    }

    /// <summary>A function that runs along an axis and keeps its size: axes, directions, sizes 0 and 1, views.</summary>
    /// <param name="apply">The call: input, axis, reverse.</param>
    /// <param name="domain">Which values to draw.</param>
    public static IReadOnlyList<Sample> Scan(Func<Tensor, int, bool, Tensor> apply, Domain? domain = null)
    {
        domain ??= Domain.Any;
        Sample Of(string name, Shape shape, int axis, bool reverse = false, SampleView view = SampleView.Contiguous) =>
            new(name, [new(shape, domain, view)], x => apply(x[0], axis, reverse))
            {
                SumLength = shape.Rank == 0 ? 1 : Math.Max(1, shape[axis]),
                Differentiable = view != SampleView.Stretched || !domain.Distinct,
            };
        return
        [
            Of("vector", [7], 0), Of("backwards", [7], 0, true), Of("last axis", [3, 5], 1), Of("first axis", [7, 3], 0), Of("middle axis, backwards", [2, 5, 3], 1, true),
            Of("size 1", [3, 1], 1), Of("nothing", [3, 0], 1), Of("no rows", [0, 3], 1), Of("scalar", [], 0), Of("long", [131], 0), Of("wide", [5, 131], 0, true),
            .. Enum.GetValues<SampleView>().Skip(1).Select(view => Of($"{view}", [4, 5], 0, view: view)),
        ];
    }
}
