using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Section 2.5: a layer in which some connections are missing.</summary>
internal sealed class PartiallyConnected() : CourseSystem("02.masked", "A partially connected layer",
    "Neurons may be connected only partly.")
{
    public override void Run(SystemContext context)
    {
        var (layer, losses) = Train(context);
        context.Out.WriteLine($"loss {losses[0]:F3} → {losses[^1]:F4}\nweights:\n{layer.Weight.Value}");
        context.Draw("masked.png", new ImageSheet("Mask and weights after training", [Pictures.Grey(layer.Mask.Value, "mask"), Pictures.Grey(layer.Weight.Value, "weights")]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (layer, losses) = Train(context);
        var off = 1 - layer.Mask.Value;
        yield return Figure.Equal("greatest masked weight after training", (layer.Weight.Value * off).Abs().Max().Item(), 0);
        var x = context.Random(2).Normal([9, 8]);
        layer.Forward(x).Square().Mean().Backward();
        yield return Figure.Equal("greatest gradient of a masked weight", (layer.Weight.Grad! * off).Abs().Max().Item(), 0);
        yield return Figure.AtMost("loss after / before", losses[^1] / losses[0], 0.5);
    }

    /// <summary>Each output sees three neighbours, as in a convolution whose weights are not shared.</summary>
    private static (MaskedLinear Layer, double[] Losses) Train(SystemContext context)
    {
        var mask = Tensor.Ones([8, 8]).Tril(1).Triu(-1);
        var layer = new MaskedLinear(mask, random: context.Random());
        var x = context.Random(1).Normal([64, 8]).Realize();
        var y = (x * 2 - Tensor.Concat([x.Narrow(1, 1, 7), Tensor.Zeros([64, 1])], 1)).Realize();
        return (layer, Learn.Steps(new Nn.Optimizers.Adam(layer.Parameters(), 0.05), 200, () => Loss.Mse(layer.Forward(x), y)));
    }
}
