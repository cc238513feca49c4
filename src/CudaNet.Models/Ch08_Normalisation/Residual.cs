using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.2.1: y = ReLU(x + F(x)) with F = conv, norm, ReLU, conv, norm (He, Zhang, Ren, Sun 2016).</summary>
internal sealed class ResidualBlock : Module
{
    private readonly bool _shortcut;

    /// <summary>A block; without its shortcut it is a plain one.</summary>
    public ResidualBlock(int inputs, int outputs, int stride, bool shortcut, RandomStream random)
    {
        _shortcut = shortcut;
        (Conv1, Conv2) = (new(inputs, outputs, 3, stride, 1, bias: false, random: random), new(outputs, outputs, 3, 1, 1, bias: false, random: random));
        (Bn1, Bn2) = (new(outputs), new(outputs));
        if (shortcut && (stride != 1 || inputs != outputs)) Downsample = new Sequential(new Conv2d(inputs, outputs, 1, stride, bias: false, random: random), new BatchNorm2d(outputs));
    }

    public Conv2d Conv1 { get; }

    public BatchNorm2d Bn1 { get; }

    public Conv2d Conv2 { get; }

    public BatchNorm2d Bn2 { get; }

    /// <summary>A projection where the shapes differ.</summary>
    public Sequential? Downsample { get; }

    public override Tensor Forward(Tensor x)
    {
        var f = Bn2.Forward(Conv2.Forward(Bn1.Forward(Conv1.Forward(x)).Relu()));
        return (_shortcut ? (Downsample?.Forward(x) ?? x) + f : f).Relu();
    }
}

/// <summary>Section 8.2.1: shortcuts let depth be trained.</summary>
internal sealed class ResNet() : CourseSystem("08.resnet", "Residual net of 20 layers against a plain one", "Nearly every convolutional block has normalisation, as in residual nets.")
{
    private const int Blocks = 9; // of two convolutions, with the first convolution and the last layer 20 layers

    public override void Run(SystemContext context)
    {
        double[] residual = Losses(context, true), plain = Losses(context, false);
        context.Out.WriteLine($"loss of the last 20 steps: residual {residual.TakeLast(20).Average():F3}, plain {plain.TakeLast(20).Average():F3}");
        static double[] Smooth(double[] v) => [.. Enumerable.Range(0, v.Length - 10).Select(i => v.Skip(i).Take(10).Average())];
        context.Draw("resnet.png", Pictures.Curves("20 layers with and without shortcuts", "loss, mean of 10 steps", false, ("residual", Smooth(residual)), ("plain", Smooth(plain))));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var block = new ResidualBlock(4, 4, 1, true, random);
        block.Bn2.Weight!.Assign(Tensor.Zeros([4]));
        var x = random.Uniform([2, 4, 6, 6]).Realize();
        yield return Figure.Equal("a block whose last γ is 0 minus the identity, for x ≥ 0", Differences.Largest(block.Forward(x), x), 0);
        yield return Figure.Equal("layers with weights", Net(context, true).NamedModules().Count(m => m.Module is Linear || (m.Module is Conv2d conv && conv.KernelSize == 3)), 20);
        double residual = Losses(context, true).TakeLast(20).Average(), plain = Losses(context, false).TakeLast(20).Average();
        yield return Figure.AtMost("loss of the residual net / of the plain one", residual / plain, 0.9);
    }

    private static Sequential Net(SystemContext context, bool shortcut)
    {
        var random = context.Random(1);
        var net = new Sequential(new Conv2d(1, 8, 3, padding: 1, bias: false, random: random), new BatchNorm2d(8), new ReLU());
        for (var k = 0; k < Blocks; k++) net.Add(new ResidualBlock(k <= 3 ? 8 : 16, k < 3 ? 8 : 16, k == 3 ? 2 : 1, shortcut, random));
        net.Add(new AvgPool2d(7));
        net.Add(new Flatten());
        net.Add(new Linear(16, 10, random: random));
        return net;
    }

    private static double[] Losses(SystemContext context, bool shortcut)
    {
        var digits = Digits.Load(context, 2000, 1);
        digits = digits with { TrainX = digits.TrainX.AvgPool2d(2).Realize() };
        var net = Net(context, shortcut);
        return Learn.Steps(new Sgd(net.Parameters(), 0.05, momentum: 0.9), context.Pick(200, 60), NormNet.Batches(context, digits, 32), data => Loss.CrossEntropy(net.Forward(data[0]), data[1]));
    }
}
