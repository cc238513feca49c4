namespace CudaNet.Ops;

/// <summary>Samples of the gradients of normalisations: rows, images of a batch, groups of channels.</summary>
internal static class NormGradSamples
{
    /// <param name="weighted">Whether γ is an input of the op; else only its shape is looked at.</param>
    /// <param name="apply">Given x, upstream and γ, the axes, and whether the mean is subtracted.</param>
    public static IReadOnlyList<Sample> Of(bool weighted, Func<IReadOnlyList<Tensor>, Axes, bool, Tensor> apply)
    {
        var samples = new List<Sample>();
        void Add(string name, Shape shape, Axes axes, Shape weights, bool centred = true, SampleView view = SampleView.Contiguous) => samples.Add(new(
            name, [new(shape, Domain.Any, view), new(shape, Domain.Any), new(weights, Domain.Any)], x => apply(x, axes, centred))
        { SumLength = Math.Max(1, shape.ElementCount) });

        Add("rows", [3, 5], 1, [1, 5]);
        Add("rows, root mean square", [3, 5], 1, [1, 5], centred: false);
        Add("many rows", [131, 19], 1, [1, 19]);
        Add("long rows", [3, 1037], 1, [1, 1037]);
        Add("long rows, root mean square", [3, 1037], 1, [1, 1037], centred: false);
        Add("last two axes", [2, 3, 4], (int[])[1, 2], [1, 3, 4]);
        Add("images of a batch", [4, 3, 5, 7], (int[])[0, 2, 3], [1, 3, 1, 1]);
        Add("vectors of a batch", [9, 3], 0, [1, 3]);
        Add("groups of channels", [2, 2, 3, 21], (int[])[2, 3], [1, 2, 3, 1]);
        Add("groups of single values", [3, 2, 3, 1], (int[])[2, 3], [1, 2, 3, 1]);
        Add("a channel by itself", [2, 3, 37], 2, [1, 3, 1]);
        Add("a scale of each element", [2, 3], 1, [2, 3]);
        Add("one scale", [3, 5], 1, [1, 1]);
        Add("size 1", [3, 1], 1, [1, 1]);
        Add("no rows", [0, 3], 1, [1, 3]);
        Add("transposed", [4, 5], 1, [1, 5], view: SampleView.Transposed);
        Add("strided", [4, 5], 1, [1, 5], view: SampleView.Strided);
        if (weighted)
        {
            samples.Add(new("no scale", [new([3, 5], Domain.Any), new([3, 5], Domain.Any)], x => apply(x, 1, true)) { SumLength = 15 });
            samples.Add(new("no scale, images", [new([3, 2, 17], Domain.Any), new([3, 2, 17], Domain.Any)], x => apply(x, (int[])[0, 2], true)) { SumLength = 51 });
        }
        return samples;
    }
}
