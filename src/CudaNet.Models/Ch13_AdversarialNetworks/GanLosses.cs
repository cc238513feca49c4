using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>Section 13.3.4: −y·log D − (1 − y)·log(1 − D), with y = 1 for real and 0 for made.</summary>
internal sealed class DiscriminatorLoss() : CourseSystem("13.discriminator-loss", "The discriminator's loss is binary cross entropy", "min −y log D − (1 − y) log(1 − D) with y = 1 for real and 0 for made.")
{
    public override void Run(SystemContext context)
    {
        context.Draw("discriminator-loss.png", new CurvePlot("What an answer costs the discriminator", "logit of D", "loss")
            .Add(Pictures.Curve("a real sample, −log D", -5, 5, a => (-a).Softplus())).Add(Pictures.Curve("a made one, −log(1 − D)", -5, 5, a => a.Softplus())));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor real = (context.Random().Normal([8, 1], type: DType.Float64) * 2).Realize(), fake = (context.Random(1).Normal([8, 1], type: DType.Float64) * 2).Realize();
        double ByHand(Tensor a, Tensor b) => -(a.Sigmoid().Log().Mean() + (1 - b.Sigmoid()).Log().Mean()).Item();
        yield return Figure.AtMost("minus the formula", Math.Abs(Loss.GanDiscriminator(real, fake).Item() - ByHand(real, fake)), 1e-12);
        yield return Figure.AtMost("minus binary cross entropy of logits", Math.Abs(Loss.GanDiscriminator(real, fake).Item()
            - (Loss.BinaryCrossEntropyWithLogits(real, real.OnesLike()) + Loss.BinaryCrossEntropyWithLogits(fake, fake.ZerosLike())).Item()), 1e-12);
        yield return Figure.AtMost("in single precision, minus the formula", Math.Abs(Loss.GanDiscriminator(real.To(DType.Float32), fake.To(DType.Float32)).Item() - ByHand(real, fake)), 1e-5);
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(at => Loss.GanDiscriminator(at[0], at[1]), real, fake), 1e-5);
        yield return Figure.Equal("where D says ½ for all: 2 ln 2", Loss.GanDiscriminator(real.ZerosLike(), fake.ZerosLike()).Item(), 1.3862944, 1e-6);
    }
}

/// <summary>Section 13.3.4: G maximises −log(1 − D(G(z))), which hardly pulls while D is sure.</summary>
internal sealed class SaturatingLoss() : CourseSystem("13.saturating", "The generator's loss of the game saturates", "max −log(1 − D(G(z))) saturates early.")
{
    /// <summary>The logit at which D = σ(a) = 0.01: a = −ln 99.</summary>
    public static readonly Tensor Sure = Tensor.From(-Math.Log(99.0));

    public override void Run(SystemContext context)
    {
        context.Draw("saturating.png", new CurvePlot("How much the generator is pulled, by what D says", "D(G(z))", "size of the gradient on the logit") { LogY = true }
            .Add(Pictures.Curve("saturating: D", 0.001, 0.999, d => d)).Add(Pictures.Curve("non-saturating: 1 − D", 0.001, 0.999, d => 1 - d)));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("D at the logit", Sure.Sigmoid().Item(), 0.01, 1e-12);
        yield return Figure.Equal("size of the gradient on the logit at D = 0.01", Math.Abs(Grad.Of(Loss.GanSaturating(Sure), Sure).Item()), 0.01, 1e-9);
        Tensor a = (context.Random().Normal([9], type: DType.Float64) * 3).Realize();
        yield return Figure.AtMost("minus log(1 − D)", Math.Abs(Loss.GanSaturating(a).Item() - (1 - a.Sigmoid()).Log().Mean().Item()), 1e-12);
        yield return Figure.AtMost("gradient minus −D/n", Differences.Largest(Grad.Of(Loss.GanSaturating(a), a), a.Sigmoid() / -9), 1e-12);
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(at => Loss.GanSaturating(at[0]), a), 1e-5);
    }
}

/// <summary>Section 13.3.4. The notes print max −log D(G(z)), by which G gets worse: it is min −log D.</summary>
internal sealed class NonSaturatingLoss() : CourseSystem("13.non-saturating", "The generator's loss in practice does not saturate", "max log D(G(z)) gives strong gradients early.")
{
    public override void Run(SystemContext context)
    {
        var plot = new CurvePlot("One discriminator that stays, and a generator that learns from it", "step", "mean of D(G(z))") { YMin = 0, YMax = 1 };
        foreach (var (name, loss) in new (string, Func<Tensor, Tensor>)[] { ("non-saturating", Loss.GanNonSaturating), ("saturating", Loss.GanSaturating), ("as printed", Printed) })
            plot.Add(name, [.. Enumerable.Range(0, 101).Select(k => (double)k)], Beliefs(context, loss));
        context.Draw("non-saturating.png", plot);
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor sure = SaturatingLoss.Sure, a = (context.Random().Normal([9], type: DType.Float64) * 3).Realize();
        double pull = Math.Abs(Grad.Of(Loss.GanNonSaturating(sure), sure).Item()), weak = Math.Abs(Grad.Of(Loss.GanSaturating(sure), sure).Item());
        yield return Figure.Equal("size of the gradient on the logit at D = 0.01", pull, 0.99, 1e-9);
        yield return Figure.Equal("that / that of the saturating loss", pull / weak, 99, 1e-6);
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(at => Loss.GanNonSaturating(at[0]), a), 1e-5);
        double[] right = Beliefs(context, Loss.GanNonSaturating), printed = Beliefs(context, Printed);
        yield return Figure.AtLeast("mean of D(G(z)) after 100 steps minus before", right[^1] - right[0], 0.1);
        yield return Figure.AtMost("the same by the sign as printed", printed[^1] - printed[0], 0);
    }

    /// <summary>What is maximised in the notes, −log D, as something to minimise.</summary>
    private static Tensor Printed(Tensor fake) => -Loss.GanNonSaturating(fake);

    /// <summary>D learns to tell N(3, 1) from what an untrained G makes; then G learns alone.</summary>
    private static double[] Beliefs(SystemContext context, Func<Tensor, Tensor> loss)
    {
        Module g = Learn.Mlp(context.Random(), () => new Tanh(), 1, 16, 1), d = Learn.Mlp(context.Random(1), () => new Tanh(), 1, 16, 1);
        RandomStream noise = context.Random(2), data = context.Random(3);
        var trainer = new AdversarialTrainer(g, d, new Adam(g.Parameters(), 5e-3), new Adam(d.Parameters(), 1e-2), () => noise.Normal([128, 1])) { GeneratorLoss = loss };
        for (var k = 0; k < 100; k++) trainer.StepDiscriminator(data.Normal([128, 1], 3, 1));
        var z = context.Random(4).Normal([1000, 1]).Realize();
        double Belief() => d.Forward(g.Forward(z)).Sigmoid().Mean().Item();
        var beliefs = new List<double> { Belief() };
        for (var k = 0; k < 100; k++)
        {
            trainer.StepGenerator();
            beliefs.Add(Belief());
        }
        return [.. beliefs];
    }
}
