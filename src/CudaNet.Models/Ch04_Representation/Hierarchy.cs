using CudaNet.Models.Ch09_Convolution;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.5: features of features; what each layer knows is read by a linear probe.</summary>
internal sealed class Hierarchy() : CourseSystem("04.hierarchy", "Hierarchical features: a linear probe on every layer",
    "Pixels make edges, edges textures, textures objects.")
{
    public override void Run(SystemContext context)
    {
        var (cnn, accuracies) = Probes(context);
        foreach (var (name, accuracy) in accuracies) context.Out.WriteLine($"{name,-16} {accuracy:P1}");
        var filters = ((Conv2d)cnn.Features[0]).Weight.Value;
        context.Draw("filters.png", new ImageSheet("The first layer's filters", [.. Enumerable.Range(0, (int)filters.Shape[0]).Select(i => Pictures.Grey(filters.Select(0, i).Reshape(3, 3)))], 8, 20));
        context.Draw("hierarchy.png", new CurvePlot("What a linear probe reads from each layer", "layer", "test accuracy in %") { WholeX = true }
            .Add("probe", [.. Enumerable.Range(0, accuracies.Count).Select(k => (double)k)], [.. accuracies.Select(a => 100 * a.Accuracy)]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (cnn, accuracies) = Probes(context);
        for (var k = 1; k < accuracies.Count; k++)
            yield return Figure.AtLeast($"points that the probe gains from {accuracies[k - 1].Name} to {accuracies[k].Name}", 100 * (accuracies[k].Accuracy - accuracies[k - 1].Accuracy), 0);
        yield return Figure.Equal("filters of the first layer", ((Conv2d)cnn.Features[0]).Weight.Shape[0], 16);
    }

    private static (DigitCnn Cnn, List<(string Name, double Accuracy)> Accuracies) Probes(SystemContext context)
    {
        var digits = Digits.Load(context, context.Pick(6000, 1500));
        var cnn = new DigitCnn(random: context.Random());
        Learn.Epochs(cnn, new Adam(cnn.Parameters(), 2e-3), digits.TrainX, digits.TrainY, context.Pick(5, 4), seed: context.Seed);
        var accuracies = new List<(string, double)>();
        Tensor train = digits.TrainX, test = digits.TestX;
        foreach (var (name, count) in new[] { ("pixels", 0), ("block 1", 3), ("block 2", 6) })
        {
            Tensor Capture(Tensor x) => cnn.Features.Take(count).Aggregate(x, (value, layer) => layer.Forward(value)).Flatten(1).Realize();
            Tensor f = Capture(train), g = Capture(test);
            var probe = new Linear(f.Shape[1], 10, random: context.Random(1));
            Learn.Epochs(probe, new Adam(probe.Parameters(), 1e-3), f, digits.TrainY, context.Pick(6, 5), seed: context.Seed);
            accuracies.Add((name, Learn.Accuracy(probe, g, digits.TestY)));
        }
        return (cnn, accuracies);
    }
}
