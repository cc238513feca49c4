using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.2: features by a random layer that is never trained.</summary>
internal sealed class RandomProjection() : CourseSystem("04.random-projection", "Random projections to more dimensions",
    "Random transforms raise the dimension, and there a linear model separates.")
{
    private const int Features = 200;

    public override void Run(SystemContext context)
    {
        var (points, classes) = Synthetic.Circles(400, 0.07, 0.5, context.Seed);
        foreach (var cosine in new[] { false, true })
        {
            var (layer, head) = Fit(context, points, classes, cosine);
            context.Out.WriteLine($"{(cosine ? "cosine" : "ReLU")} features: {Learn.Accuracy(head, Map(layer, points, cosine), classes):P1}");
            if (cosine) context.Draw("random-projection.png", Pictures.Boundary("Two circles by 200 random cosines and a line", x => head.Forward(Map(layer, x, true)), points, classes));
        }
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor points, classes, u, v;
        ((points, classes), (u, v)) = (Synthetic.Circles(600, 0.07, 0.5, context.Seed), Synthetic.Circles(600, 0.07, 0.5, context.Seed + 100));
        foreach (var cosine in new[] { false, true })
        {
            var fresh = Fresh(context).Weight.Value.ToArray<float>();
            var (layer, head) = Fit(context, points, classes, cosine);
            yield return Figure.AtLeast($"test accuracy of a linear model on random {(cosine ? "cosines" : "ReLUs")}", Learn.Accuracy(head, Map(layer, u, cosine), v), 0.98);
            yield return Figure.Holds($"random weights unchanged by training, {(cosine ? "cosines" : "ReLUs")}", layer.Weight.Value.ToArray<float>().AsSpan().SequenceEqual(fresh));
        }
    }

    private static Linear Fresh(SystemContext context)
    {
        var random = context.Random();
        var layer = new Linear(2, Features, random: random).RequiresGrad(false);
        layer.Weight.Assign(random.Normal([Features, 2], 0, 2).Realize());
        layer.Bias!.Assign(random.Uniform([Features], 0, 2 * Math.PI).Realize());
        return layer;
    }

    /// <summary>cos(Wx + b), the random Fourier features of a Gaussian kernel (Rahimi, Recht 2007), or max(0, Wx + b − π).</summary>
    private static Tensor Map(Linear layer, Tensor x, bool cosine) => cosine ? layer.Forward(x).Cos() : (layer.Forward(x) - Math.PI).Relu();

    private static (Linear Layer, Linear Head) Fit(SystemContext context, Tensor x, Tensor classes, bool cosine)
    {
        Linear layer = Fresh(context), head = new(Features, 2, random: context.Random(1));
        // Both are given to the optimiser: the frozen one is left alone.
        Learn.Steps(new Adam(layer.Parameters().Concat(head.Parameters()), 0.02), 400, () => Loss.CrossEntropy(head.Forward(Map(layer, x, cosine)), classes));
        return (layer, head);
    }
}
