using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Section 14.7.</summary>
internal sealed class AddNorm() : CourseSystem("14.add-norm", "Residual sum and layer normalisation", "output = LayerNorm(F(x) + x): the identity is easy, and gradients reach the first layers.")
{
    private const int Layers = 48, Size = 32;

    public override void Run(SystemContext context)
    {
        var (with, without) = (Train(context, true), Train(context, false));
        context.Out.WriteLine($"{Layers} layers: loss {with[^1]:F3} with residual sums, {without[^1]:F3} without");
        context.Draw("add-norm.png", Pictures.Curves($"{Layers} layers on 400 digits", "loss", false, ("with residual sums", with), ("without", without)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor x = random.Normal([4, Size]).Realize();
        var sum = x + x * 0;
        yield return Figure.AtMost("F = 0: result minus x", Differences.Largest(sum, x), 0);
        yield return Figure.AtMost("F = 0: gradient minus 1", Differences.Largest(Grad.Of(sum.Sum(), x), x.OnesLike()), 0);
        yield return Figure.AtMost("LayerNorm of 1, 2, 3, 4", Differences.Largest(Tensor.From([1.0, 2, 3, 4], [1, 4]).LayerNorm(), -1.3416354, -0.4472118, 0.4472118, 1.3416354), 1e-7);
        Tensor f = random.Normal([4, Size]).Realize(), gamma = random.Normal([Size]).Realize(), beta = random.Normal([Size]).Realize();
        var y = (x + f).To(DType.Float64);
        var formula = (y - y.Mean(1, keepDims: true)) / (y.Var(1, 0, true) + 1e-5).Sqrt() * gamma.To(DType.Float64) + beta.To(DType.Float64);
        yield return Figure.AtMost("sum and norm minus the formula", Differences.Largest((x + f).LayerNorm(gamma, beta), formula), 1e-5);
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(at => (at[0] + at[1]).LayerNorm(at[2], at[3]), f.Narrow(1, 0, 5), x.Narrow(1, 0, 5), gamma.Narrow(0, 0, 5), beta.Narrow(0, 0, 5)), 1e-5);
        yield return Figure.AtLeast($"{Layers} layers: loss without residual sums / with", Train(context, false)[^1] / Train(context, true)[^1], 2);
    }

    /// <summary>Digits through many layers of a feed-forward net, normalised behind each as in the paper.</summary>
    private static double[] Train(SystemContext context, bool residual)
    {
        var digits = Digits.Load(context, 400, 1).Flat();
        var random = context.Random(1);
        Linear first = new(784, Size, random: random), last = new(Size, 10, random: random);
        var layers = Enumerable.Range(0, Layers).Select(_ => (In: new Linear(Size, Size, random: random), Out: new Linear(Size, Size, random: random), Norm: new LayerNorm(Size))).ToList();
        var all = new Sequential([first, .. layers.SelectMany(layer => new Module[] { layer.In, layer.Out, layer.Norm }), last]);
        Tensor Logits()
        {
            var x = first.Forward(digits.TrainX);
            foreach (var layer in layers)
            {
                var part = layer.Out.Forward(layer.In.Forward(x).Relu());
                x = layer.Norm.Forward(residual ? x + part : part);
            }
            return last.Forward(x);
        }
        return Learn.Steps(new Adam(all.Parameters(), 1e-3), 150, () => Loss.CrossEntropy(Logits(), digits.TrainY), new Nn.Schedules.CosineSchedule(150, 15));
    }
}
