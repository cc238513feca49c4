using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7: the whole set, a part, or one sample at a time.</summary>
internal sealed class Batches() : CourseSystem("07.batches", "Batch, mini-batch and stochastic gradient descent",
    "The gradient may be taken over all samples, over some, or over one.")
{
    private const int N = 120;

    public override void Run(SystemContext context)
    {
        var plot = new CurvePlot("The way to the minimum by the size of the batch", "slope", "offset");
        foreach (var size in new[] { N, 12, 1 })
        {
            var path = Path(context, size, 0.05);
            plot.Add($"{size} samples", [.. path.Select(w => w[0])], [.. path.Select(w => w[1])]);
            context.Out.WriteLine($"batches of {size,3}: slope {path[^1][0]:F3}, offset {path[^1][1]:F3} (3 and −1 are true)");
        }
        context.Draw("batches.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (x, y) = Samples(context);
        var line = new Linear(1, 1, random: context.Random(1), type: DType.Float64);
        Tensor Gradient(Tensor u, Tensor v) => Grad.Of(Loss.Mse(line.Forward(u), v), line.Weight);
        Tensor X = x.To(DType.Float64), Y = y.To(DType.Float64);
        foreach (var size in new[] { 12, 1 })
        {
            var mean = X.Split(size).Zip(Y.Split(size), Gradient).Aggregate((a, b) => a + b) / (N / size);
            yield return Figure.AtMost($"gradient of all samples minus the mean over batches of {size}", Differences.Largest(Gradient(X, Y), mean), 1e-12);
        }
        var end = Path(context, 1, 0.02)[^1];
        yield return Figure.AtMost("distance of stochastic descent from slope 3 and offset −1", Math.Max(Math.Abs(end[0] - 3), Math.Abs(end[1] + 1)), 1e-2);
    }

    private static (Tensor X, Tensor Y) Samples(SystemContext context)
    {
        var x = context.Random().Uniform([N, 1], -1, 1).Realize();
        return (x, (x * 3 - 1 + context.Random(2).Normal([N, 1]) * 0.02).Realize());
    }

    private static List<double[]> Path(SystemContext context, int size, double rate)
    {
        var (x, y) = Samples(context);
        var line = new Linear(1, 1, random: context.Random(1));
        var path = new List<double[]>();
        var loader = new DataLoader(new TensorDataset(x, y), size, shuffle: true, seed: context.Seed);
        var batches = Enumerable.Range(0, 1000).SelectMany(epoch => loader.Epoch(epoch)).GetEnumerator();
        Learn.Steps(new Sgd(line.Parameters(), rate), 600, _ =>
        {
            batches.MoveNext();
            path.Add([line.Weight.Value.Item(), line.Bias!.Value.Item()]);
            return [.. batches.Current.Tensors];
        }, data => Loss.Mse(line.Forward(data[0]), data[1]));
        return path;
    }
}
