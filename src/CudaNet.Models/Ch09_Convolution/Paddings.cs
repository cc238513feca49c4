using CudaNet.Models.Systems;
using CudaNet.Nn.Data;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9.2.</summary>
internal sealed class Paddings() : CourseSystem("09.padding", "Padding: (N + 2P − F)/S + 1 places", "It keeps the size and gives borders equal weight.")
{
    public override void Run(SystemContext context)
    {
        var digit = Digits.Load(context, 1, 1).TrainX.Narrow(2, 6, 16).Narrow(3, 6, 16);
        context.Draw("padding.png", new ImageSheet("Four ways to go on beyond the border", [.. Enum.GetValues<PadMode>().Select(mode => Pictures.Grey(digit.Pad([0, 0, 8, 8], [0, 0, 8, 8], mode).Squeeze(), $"{mode}"))], 4, 5));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("N = 32, F = 5, S = 1, P = 2", Tensor.Zeros([1, 1, 32, 32]).Conv2d(Tensor.Zeros([1, 1, 5, 5]), padding: 2).Shape[2], 32);
        // How often a pixel is used is the gradient of the sum of all outputs of a filter of ones.
        Tensor Uses(int padding)
        {
            var x = Tensor.Zeros([1, 1, 8, 8]);
            return Grad.Of(x.Conv2d(Tensor.Ones([1, 1, 3, 3]), padding: padding).Sum(), x);
        }
        yield return Figure.Equal("no padding: uses of a corner", Uses(0)[0, 0, 0, 0].Item(), 1);
        yield return Figure.Equal("padding F − 1: uses of a corner minus uses of the centre", (Uses(2)[0, 0, 0, 0] - Uses(2)[0, 0, 4, 4]).Item(), 0);
    }
}
