using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9: a neuron sees a patch.</summary>
internal sealed class Locality() : CourseSystem("09.locality", "Local connectivity: a neuron sees its patch", "A neuron sees a local patch of the input.")
{
    public override void Run(SystemContext context)
    {
        var seen = Seen(context);
        context.Draw("locality.png", new ImageSheet("Pixels that output (4, 5) of a 3 × 3 convolution depends on", [Pictures.Grey(seen)], 1, 16));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var seen = Seen(context).ToDoubles();
        yield return Figure.Equal("pixels that change output (4, 5)", seen.Sum(), 9);
        yield return Figure.Equal("of them inside of its window", Enumerable.Range(0, 144).Where(k => k / 12 is >= 4 and <= 6 && k % 12 is >= 5 and <= 7).Sum(k => seen[k]), 9);
    }

    /// <summary>1 for each pixel of 12 × 12 whose change changes the output at row 4, column 5.</summary>
    private static Tensor Seen(SystemContext context)
    {
        Tensor x = context.Random().Normal([1, 1, 12, 12]).Realize(), w = context.Random(1).Normal([1, 1, 3, 3]).Realize();
        var at = x.Conv2d(w)[0, 0, 4, 5].Item();
        return Tensor.From([.. Enumerable.Range(0, 144).Select(k => (x + (Tensor.Arange(144).Eq(k)).To(DType.Float32).Reshape(1, 1, 12, 12)).Conv2d(w)[0, 0, 4, 5].Item() != at ? 1f : 0)], [12, 12]);
    }
}
