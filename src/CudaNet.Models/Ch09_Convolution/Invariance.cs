using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9.5. The notes call it intrinsic invariance: convolution is equivariant, and pooling is nearly invariant.</summary>
internal sealed class Translation() : CourseSystem("09.translation", "Translation: convolution moves along", "Weight sharing gives invariance to translation.")
{
    public override void Run(SystemContext context)
    {
        var digit = Digits.Load(context, 1, 1).TrainX;
        var w = context.Random().Normal([1, 1, 5, 5]);
        context.Draw("translation.png", new ImageSheet("Moved and filtered is filtered and moved", [Pictures.Grey(digit.Squeeze(), "input"), Pictures.Grey(digit.Conv2d(w).Squeeze(), "filtered"), Pictures.Grey(Moved(digit, 5).Squeeze(), "moved"), Pictures.Grey(Moved(digit, 5).Conv2d(w).Squeeze(), "moved, filtered")], 2, 6));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor x = random.Normal([1, 2, 16, 16]).Realize(), w = random.Normal([3, 2, 3, 3]).Realize();
        const int by = 3;
        // Away from what comes in at the left.
        yield return Figure.AtMost("conv(moved x) minus moved conv(x), away from the border", Differences.Largest(Moved(x, by).Conv2d(w).Narrow(3, by, 11), x.Conv2d(w).Narrow(3, 0, 11)), 1e-6);
        var dense = new Linear(256, 256, random: random);
        Tensor Dense(Tensor t) => dense.Forward(t.Narrow(1, 0, 1).Flatten(1)).Reshape(1, 1, 16, 16);
        yield return Figure.AtLeast("the same for a dense layer", Differences.Largest(Dense(Moved(x, by)).Narrow(3, by, 11), Dense(x).Narrow(3, 0, 11)), 0.1);
    }

    internal static Tensor Moved(Tensor x, int by) => x.Pad([0, 0, 0, by], [0, 0, 0, -by]).Realize();
}

/// <summary>Section 9.4: what pooling does besides saving work.</summary>
internal sealed class Downsampling() : CourseSystem("09.downsampling", "What pooling brings: stability, fewer weights, wider sight", "Fewer parameters and cost, less overfitting, invariance to small shifts, a larger receptive field.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var digit = Digits.Load(context, 1, 1).TrainX;
        context.Draw("downsampling.png", new ImageSheet("What a shift by one pixel changes", [Pictures.Grey((Translation.Moved(digit, 1) - digit).Abs().Squeeze(), "as it is", 0, 1), Pictures.Grey((Translation.Moved(digit, 1).AvgPool2d(4) - digit.AvgPool2d(4)).Abs().Squeeze(), "pooled", 0, 1)], 2, 6));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = Digits.Load(context, 100, 1).TrainX;
        double Change(Func<Tensor, Tensor> features) => ((features(Translation.Moved(x, 1)) - features(x)).Norm() / features(x).Norm()).Item();
        var w = context.Random().Normal([4, 1, 3, 3]).Realize();
        var plain = Change(t => t.Conv2d(w).Relu());
        yield return Figure.AtMost("change by a shift of one pixel, max pooled / not pooled", Change(t => t.Conv2d(w).Relu().MaxPool2d(4)) / plain, 1);
        yield return Figure.AtMost("the same, average pooled", Change(t => t.Conv2d(w).Relu().AvgPool2d(4)) / plain, 1);
        yield return Figure.Equal("weights of a dense layer behind 2 × 2 pooling / without", (double)new Linear(14 * 14, 10, bias: false).ParameterCount / new Linear(28 * 28, 10, bias: false).ParameterCount, 0.25);
    }
}

/// <summary>Section 9.4: from maps to a vector.</summary>
internal sealed class FlattenHead() : CourseSystem("09.flatten", "Flatten and the dense head", "A vector of all maps goes into dense layers.")
{
    public override void Run(SystemContext context) => context.Out.WriteLine(Nn.Training.ModelSummary.Of(new DigitCnn(), [1, 1, 28, 28]));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = context.Random().Normal([3, 4, 5, 6]).Realize();
        var flat = new Flatten().Forward(x);
        yield return Figure.Holds("[3, 4, 5, 6] becomes [3, 120]", flat.Shape == new Shape(3, 120));
        yield return Figure.AtMost("there and back: difference", Differences.Largest(flat.Reshape(3, 4, 5, 6), x), 0);
        yield return Figure.AtMost("gradient minus 1", Differences.Largest(Grad.Of(new Flatten().Forward(x).Sum(), x), x.OnesLike()), 0);
    }
}
