using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9.2.1.</summary>
internal sealed class Pointwise() : CourseSystem("09.pointwise", "1 × 1 convolution: channels mixed at each pixel", "It mixes channels per pixel: reduces 256 to 64, expands, adds non-linearity.")
{
    public override void Run(SystemContext context)
    {
        Tensor y = Tensor.Linspace(0, 1, 32).Reshape(1, 1, 32, 1).ExpandTo([1, 1, 32, 32]), x = Tensor.Linspace(0, 1, 32).Reshape(1, 1, 1, 32).ExpandTo([1, 1, 32, 32]);
        var mixed = Tensor.Concat([x, y], 1).Conv2d(Tensor.From([1f, 0, 0, 1, 0.5f, -0.5f], [3, 2, 1, 1]));
        context.Draw("pointwise.png", new ImageSheet("Two channels become three", [.. Enumerable.Range(0, 3).Select(k => Pictures.Grey(mixed.Select(0, 0).Select(0, k), $"{"x|y|(x − y)/2".Split('|')[k]}"))]));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var layer = new Nn.Conv2d(256, 64, 1, bias: false, random: random);
        var x = random.Normal([2, 256, 5, 5]).Realize();
        var rows = Nn.Linear.Apply(x.Permute(0, 2, 3, 1), layer.Weight.Value.Reshape(64, 256)).Permute(0, 3, 1, 2);
        yield return Figure.AtMost("minus a linear layer at each pixel", Differences.Largest(layer.Forward(x), rows), 1e-6);
        yield return Figure.Equal("weights of 256 → 64", layer.ParameterCount, 16_384);
    }
}
