using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch06_Losses;

/// <summary>Section 6.5.1: 95 samples of one class for 5 of the other.</summary>
internal sealed class Imbalance() : CourseSystem("06.imbalance", "Class imbalance: weights and a balanced sampler",
    "A model that is not weighted predicts always the frequent class; weights help, and balanced data is better.")
{
    private const int Test = 4000;

    public override void Run(SystemContext context)
    {
        foreach (var (name, matrix) in new[] { ("plain", Confusion(context, false, false)), ("weighted", Confusion(context, true, false)), ("balanced", Confusion(context, false, true)) })
        {
            context.Out.WriteLine($"{name,-9} recall of the frequent class {matrix.Recall(0):F3}, of the rare one {matrix.Recall(1):F3}");
            context.Draw($"imbalance-{name}.png", new ConfusionMatrixPlot($"95:5, {name}", matrix.ToArray(), ["frequent", "rare"]));
        }
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        double plain = Confusion(context, false, false).Recall(1), weighted = Confusion(context, true, false).Recall(1), balanced = Confusion(context, false, true).Recall(1);
        yield return Figure.AtMost("recall of the rare class, plain", plain, 0.05);
        yield return Figure.AtLeast("recall gained by weights 1/frequency", weighted - plain, 0.3);
        // Both aim at the same point; that they find it is all that a sample can show.
        yield return Figure.AtLeast("recall gained by a balanced sampler minus that by weights", balanced - weighted, -0.02);
    }

    private static ConfusionMatrix Confusion(SystemContext context, bool weighted, bool balanced)
    {
        var (x, y) = Samples(context.Seed, 2000);
        var (u, v) = Samples(context.Seed + 50, Test);
        var model = new Linear(2, 2, random: context.Random());
        var weight = weighted ? Tensor.From(1 / 0.95f, 1 / 0.05f) : null;
        var labels = y.ToArray<long>();
        var loader = new DataLoader(balanced ? new TensorDataset(x, y).Subset(Balanced(labels, context.Seed)) : new TensorDataset(x, y), 100, shuffle: true, seed: context.Seed);
        new Trainer(model, new Adam(model.Parameters(), 0.02), (output, target) => Loss.CrossEntropy(output, target, weight: weight)).Fit(loader, epochs: 15);
        return new(Array.ConvertAll(v.ToArray<long>(), c => (int)c), Array.ConvertAll(model.Forward(u).ArgMax(-1).ToDoubles(), c => (int)c), 2);
    }

    /// <summary>Each class as often as the other: rare samples come several times.</summary>
    private static int[] Balanced(long[] labels, long seed)
    {
        var random = new Random((int)seed);
        var members = Enumerable.Range(0, 2).Select(c => Enumerable.Range(0, labels.Length).Where(i => labels[i] == c).ToArray()).ToArray();
        return [.. Enumerable.Range(0, labels.Length).Select(k => members[k % 2][random.Next(members[k % 2].Length)])];
    }

    /// <summary>Two clouds that overlap, so that the frequent class is the better guess nearly everywhere.</summary>
    private static (Tensor X, Tensor Y) Samples(long seed, int count)
    {
        var random = new RandomStream(seed);
        var y = (Tensor.Arange(count) % 20).Eq(0).To(DType.Int64).Realize();
        return ((random.Normal([count, 2]) + y.To(DType.Float32).Unsqueeze(1) * 0.9).Realize(), y);
    }
}
