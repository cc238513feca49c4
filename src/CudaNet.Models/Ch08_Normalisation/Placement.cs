using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.2.1: convolution, normalisation, ReLU; and what becomes of it for inference.</summary>
internal sealed class Placement() : CourseSystem("08.bn-placement", "Where batch normalisation stands, and how it is folded away",
    "Linear or convolution, then normalisation, then ReLU; a bias before it is redundant.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var (model, folded, x) = Trained(context);
        context.Out.WriteLine($"{model.ParameterCount} parameters, folded {folded.ParameterCount}");
        context.Draw("bn-placement.png", new Plotting.ImageSheet("Four channels, normalised and folded", [.. Enumerable.Range(0, 4).Select(c => Pictures.Grey(model.Forward(x).Select(0, 0).Select(0, c), "normalised")), .. Enumerable.Range(0, 4).Select(c => Pictures.Grey(folded.Forward(x).Select(0, 0).Select(0, c), "folded"))], 4));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Conv2d conv = new(1, 4, 3, padding: 1, random: random);
        BatchNorm2d norm = new(4);
        var x = random.Normal([8, 1, 6, 6]).Realize();
        norm.Forward(conv.Forward(x)).Tanh().Square().Mean().Backward();
        yield return Figure.AtMost("gradient of a bias before the normalisation / of the weight", (conv.Bias!.Grad!.Abs().Max() / conv.Weight.Grad!.Abs().Max()).Item(), 1e-5);
        var (model, folded, images) = Trained(context);
        yield return Figure.AtMost("folded minus unfolded in evaluation", Differences.Largest(model.Forward(images), folded.Forward(images)), 1e-5);
        yield return Figure.AtLeast("largest output, so that the difference is one", model.Forward(images).Abs().Max().Item(), 0.1);
    }

    /// <summary>Convolution and normalisation, trained to show edges, so that its running statistics mean something; and the one convolution.</summary>
    private static (Sequential Model, Conv2d Folded, Tensor X) Trained(SystemContext context)
    {
        var digits = Digits.Load(context, 64, 8);
        Conv2d conv = new(1, 4, 3, padding: 1, bias: false, random: context.Random(1));
        BatchNorm2d norm = new(4);
        var model = new Sequential(conv, norm);
        var target = (digits.TrainX - digits.TrainX.AvgPool2d(3, 1, 1)).ExpandTo([64, 4, 28, 28]).Realize();
        Learn.Steps(new Adam(model.Parameters(), 0.01), 30, () => Loss.Mse(model.Forward(digits.TrainX), target));
        model.Eval();
        return (model, BatchNormFolding.Fold(conv, norm), digits.TestX);
    }
}
