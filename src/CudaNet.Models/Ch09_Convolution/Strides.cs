using CudaNet.Models.Systems;
using CudaNet.Nn.Data;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9.2. Where (N − F)/S is no whole number it is rounded down.</summary>
internal sealed class Strides() : CourseSystem("09.stride", "Stride: (N − F)/S + 1 places", "The step between two places of the filter.")
{
    public override void Run(SystemContext context)
    {
        var digit = Digits.Load(context, 1, 1).TrainX;
        context.Draw("stride.png", new ImageSheet("A blur of 4 × 4 with strides 1, 2, 3", [.. new[] { 1, 2, 3 }.Select(s => Pictures.Grey(digit.AvgPool2d(4, s).Squeeze(), $"{digit.AvgPool2d(4, s).Shape[2]} places"))], 3, 6));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var (s, places) in new[] { (1, 5), (2, 3), (3, 2) })
            yield return Figure.Equal($"N = 7, F = 3, S = {s}", Tensor.Zeros([1, 1, 7, 7]).Conv2d(Tensor.Zeros([1, 1, 3, 3]), stride: s).Shape[2], places);
        Tensor x = context.Random().Normal([1, 2, 9, 9]).Realize(), w = context.Random(1).Normal([3, 2, 3, 3]).Realize();
        yield return Figure.AtMost("stride 2 minus every second place of stride 1", Differences.Largest(x.Conv2d(w, stride: 2), x.Conv2d(w)[.., .., TensorIndex.Every(2), TensorIndex.Every(2)]), 1e-5);
    }
}
