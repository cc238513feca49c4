using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.3 and table 2: normalisations where a batch holds two samples.</summary>
internal sealed class SmallBatch() : CourseSystem("08.small-batch", "Normalisations compared in batches of two",
    "Batch normalisation is unstable in small batches, layer normalisation weaker in CNNs, instance normalisation loses detail, group normalisation is flexible.")
{
    /// <summary>For channels of images, or of vectors, which have no instance normalisation: one value has no variance.</summary>
    private static readonly (string Name, Func<int, bool, Module?> Make)[] Norms =
    [
        ("none", (_, _) => null), ("batch", (c, vectors) => vectors ? new BatchNorm1d(c) : new BatchNorm2d(c)), ("layer", (c, _) => new GroupNorm(1, c)),
        ("instance", (c, vectors) => vectors ? null : new InstanceNorm2d(c, affine: true)), ("group", (c, _) => new GroupNorm(4, c)),
    ];

    public override void Run(SystemContext context)
    {
        int[] sizes = [2, 4, 8, 32];
        var plot = new CurvePlot("Test accuracy by the size of a batch", "samples of a batch", "accuracy in %") { LogX = true };
        context.Out.WriteLine($"normalisation  {string.Join("  ", sizes.Select(size => $"batch {size,2}"))}");
        foreach (var (name, make) in Norms)
        {
            double[] accuracies = [.. sizes.Select(size => Accuracy(context, make, size))];
            context.Out.WriteLine($"{name,-13}  {string.Join("  ", accuracies.Select(a => $"{a,8:P1}"))}");
            plot.Add(name, [.. sizes.Select(size => (double)size)], [.. accuracies.Select(a => 100 * a)]);
        }
        context.Draw("small-batch.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var all = Norms.ToDictionary(norm => norm.Name, norm => Accuracy(context, norm.Make, 2));
        yield return Figure.AtLeast("batches of 2: points that group is ahead of batch normalisation", 100 * (all["group"] - all["batch"]), 0);
        foreach (var (name, accuracy) in all) yield return Figure.Report($"batches of 2: test accuracy, {name}", accuracy);
    }

    private static double Accuracy(SystemContext context, Func<int, bool, Module?> norm, int batch)
    {
        var digits = Digits.Load(context, 500);
        var random = context.Random();
        var net = new Sequential();
        void Add(Module layer, int channels, bool vectors)
        {
            net.Add(layer);
            if (norm(channels, vectors) is { } normalisation) net.Add(normalisation);
            net.Add(new ReLU());
        }
        Add(new Conv2d(1, 8, 3, padding: 1, random: random), 8, false);
        net.Add(new MaxPool2d(2));
        Add(new Conv2d(8, 16, 3, padding: 1, random: random), 16, false);
        net.Add(new MaxPool2d(2));
        net.Add(new Flatten());
        Add(new Linear(16 * 7 * 7, 64, random: random), 64, true);
        net.Add(new Linear(64, 10, random: random));
        Learn.Epochs(net, new Sgd(net.Parameters(), 0.002 * Math.Sqrt(batch / 2.0), momentum: 0.9), digits.TrainX, digits.TrainY, context.Pick(10, 5), batch, context.Seed);
        return Learn.Accuracy(net, digits.TestX, digits.TestY);
    }
}
