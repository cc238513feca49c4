using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>Section 13.3.3. The notes say that D receives z from real data or from the generator: it receives x or G(z).</summary>
internal sealed class Players() : CourseSystem("13.pair", "Generator and discriminator: two nets, two optimisers", "G makes x = G(z); D says 0 for made and 1 for real; G maximises the error of classification, D minimises it.")
{
    public override void Run(SystemContext context)
    {
        var (trainer, real, random) = Pair(context);
        var losses = trainer.Fit(Enumerable.Repeat(real, 300), 300);
        context.Draw("pair.png", Pictures.Curves("Each player's loss against the other's", "loss", false, ("discriminator", [.. losses.Select(l => l.Discriminator)]), ("generator", [.. losses.Select(l => l.Generator)])));
        var made = trainer.Generator.Forward(random.Normal([1000, 2]));
        context.Out.WriteLine($"mean of the real points {string.Join(", ", real.Mean(0).ToDoubles().Select(v => v.ToString("F2")))}, of the made ones {string.Join(", ", made.Mean(0).ToDoubles().Select(v => v.ToString("F2")))}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (trainer, real, random) = Pair(context);
        Tensor z = random.Normal([64, 2]).Realize();
        Tensor Logits(Tensor x) => trainer.Discriminator.Forward(x);
        double Cost() => Loss.GanDiscriminator(Logits(real), Logits(trainer.Generator.Forward(z))).Item();
        var d = Logits(trainer.Generator.Forward(z)).Sigmoid();
        yield return Figure.Holds("D(G(z)) lies in (0, 1)", d.Min().Item() > 0 && d.Max().Item() < 1);

        byte[][] g0 = Bytes(trainer.Generator), d0 = Bytes(trainer.Discriminator);
        var before = Cost();
        trainer.StepDiscriminator(real);
        byte[][] g1 = Bytes(trainer.Generator), d1 = Bytes(trainer.Discriminator);
        var between = Cost();
        yield return Figure.Equal("tensors of G that a step of D changes", Changed(g0, g1), 0);
        yield return Figure.Equal("tensors of D that it changes", Changed(d0, d1), d0.Length);
        yield return Figure.AtMost("error of classification after the step of D minus before", between - before, -1e-6);

        trainer.StepGenerator();
        yield return Figure.Equal("tensors of D that a step of G changes", Changed(d1, Bytes(trainer.Discriminator)), 0);
        yield return Figure.Equal("tensors of G that it changes", Changed(g1, Bytes(trainer.Generator)), g1.Length);
        yield return Figure.AtLeast("error of classification after the step of G minus before", Cost() - between, 1e-6);

        // Detach: D's loss depends on G's weights by its value only.
        var fake = trainer.Generator.Forward(z).Detach();
        var weight = trainer.Generator.Parameters()[0];
        yield return Figure.AtMost("gradient of D's loss with respect to G's weights", Grad.Of(Loss.GanDiscriminator(Logits(real), Logits(fake)), weight.Value).Abs().Max().Item(), 0);
    }

    private static (AdversarialTrainer Trainer, Tensor Real, RandomStream Random) Pair(SystemContext context)
    {
        Module g = Learn.Mlp(context.Random(), () => new Tanh(), 2, 16, 2), d = Learn.Mlp(context.Random(1), () => new Tanh(), 2, 16, 1);
        var noise = context.Random(2);
        var trainer = new AdversarialTrainer(g, d, new Adam(g.Parameters(), 5e-3), new Adam(d.Parameters(), 5e-3), () => noise.Normal([64, 2]));
        return (trainer, (context.Random(3).Normal([64, 2]) * 0.5 + 2).Realize(), context.Random(4));
    }

    private static byte[][] Bytes(Module module) => [.. module.Parameters().Select(p => p.Value.ToBytes())];

    private static int Changed(byte[][] before, byte[][] after) => before.Zip(after, (a, b) => a.AsSpan().SequenceEqual(b) ? 0 : 1).Sum();
}
