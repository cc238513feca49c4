using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>Sections 13.2 and 13.3: digits in place of the notes' dogs, made by nets of fully connected layers.</summary>
internal sealed class ImageGan() : CourseSystem("13.image-gan", "A generative adversarial net draws digits", "Random vectors become images that a discriminator cannot tell from real ones.")
{
    private const int Hidden = 256, Noise = 32, Batch = 64;

    public override void Run(SystemContext context)
    {
        var sheet = new List<SheetImage>();
        var (gan, losses) = Train(context);
        var made = gan.Forward(context.Random(4).Normal([40, Noise])).Reshape(40, 28, 28).Realize();
        for (var k = 0; k < 40; k++) sheet.Add(Pictures.Grey(made.Select(0, k), "", 0, 1));
        context.Draw("image-gan.png", new ImageSheet("Digits that were never written", sheet, 10, 3));
        context.Draw("image-gan-loss.png", Pictures.Curves("The losses of both players", "loss", false, ("discriminator", [.. losses.Select(l => l.Discriminator)]), ("generator", [.. losses.Select(l => l.Generator)])));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var digits = Digits.Load(context).Flat();
        var judge = Learn.Mlp(context.Random(5), () => new ReLU(), 784, 128, 10);
        Learn.Epochs(judge, new Adam(judge.Parameters(), 1e-3), digits.TrainX, digits.TrainY, 8, 64, context.Seed);
        yield return Figure.AtLeast("test accuracy of the judge, which saw real digits only", Learn.Accuracy(judge, digits.TestX, digits.TestY), 0.93);
        var made = Train(context).Generator.Forward(context.Random(4).Normal([1000, Noise]));
        var p = judge.Forward(made).Softmax().Realize();
        var classes = p.ArgMax(-1).ToArray<long>();
        yield return Figure.AtLeast("its confidence in made digits, mean", p.Max(-1).Mean().Item(), context.Quick ? 0.7 : 0.8);
        yield return Figure.Report("its confidence in real digits", judge.Forward(digits.TestX).Softmax().Max(-1).Mean().Item());
        yield return Figure.AtLeast("classes of which there is one made digit in a hundred", Enumerable.Range(0, 10).Count(c => classes.Count(k => k == c) >= classes.Length / 100), 8);
    }

    private static (Module Generator, IReadOnlyList<AdversarialLosses> Losses) Train(SystemContext context)
    {
        var digits = Digits.Load(context).Flat();
        RandomStream first = context.Random(), noise = context.Random(1);
        var g = new Sequential(new Linear(Noise, Hidden, random: first), new BatchNorm1d(Hidden), new ReLU(), new Linear(Hidden, Hidden, random: first), new BatchNorm1d(Hidden), new ReLU(), new Linear(Hidden, 784, random: first), new Sigmoid());
        var d = Learn.Mlp(context.Random(2), () => new LeakyReLU(0.2), 784, Hidden, Hidden, 1);
        var trainer = new AdversarialTrainer(g, d, new Adam(g.Parameters(), 5e-4, 0.5), new Adam(d.Parameters(), 5e-4, 0.5), () => noise.Normal([Batch, Noise])) { GradientPenalty = 1 };
        var losses = trainer.Fit(new DataLoader(new TensorDataset(digits.TrainX, digits.TrainY), Batch, shuffle: true, seed: context.Seed, dropLast: true), context.Pick(4000, 1000), cancellation: context.Cancellation);
        g.Eval();
        return (g, losses);
    }
}
