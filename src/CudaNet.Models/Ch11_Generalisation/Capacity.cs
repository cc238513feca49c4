using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Sections 11.1.1 and 11.2: how many layers, and how wide.</summary>
internal sealed class Capacity() : CourseSystem("11.capacity", "Capacity: width and depth against the validation loss", "The numbers of layers and of neurons control the capacity.")
{
    private static readonly int[] Widths = [1, 2, 4, 16, 128], Depths = [0, 1, 2, 4];

    private const int Narrow = 6;

    public override void Run(SystemContext context)
    {
        var plot = new CurvePlot("A circle in a ring, a tenth of the labels wrong: loss by the width", "units of the hidden layer", "cross entropy") { LogX = true, YMin = 0 };
        var results = Widths.Select(width => Fit(context, 1, width)).ToArray();
        for (var k = 0; k < Widths.Length; k++) context.Out.WriteLine($"width {Widths[k],4}: training {results[k].Train:F3}, validation {results[k].Validation:F3}");
        double[] at = [.. Widths.Select(w => (double)w)];
        context.Draw("capacity.png", plot.Add("training", at, [.. results.Select(r => r.Train)]).Add("validation", at, [.. results.Select(r => r.Validation)]));
        foreach (var depth in Depths)
        {
            var (train, validation, model) = Fit(context, depth, Narrow);
            context.Out.WriteLine($"depth {depth}: training {train:F3}, validation {validation:F3}");
            var (points, classes) = Data(context, 1);
            context.Draw($"capacity-depth{depth}.png", Pictures.Boundary($"{depth} hidden layers of {Narrow}", model.Forward, points, classes));
        }
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var (name, sweep) in new[] { ("width", Widths.Select(width => Fit(context, 1, width)).ToArray()), ("depth", Depths.Select(depth => Fit(context, depth, Narrow)).ToArray()) })
        {
            double[] validation = [.. sweep.Select(r => r.Validation)];
            var least = validation.Min();
            // A U: worse at both ends than somewhere between.
            yield return Figure.AtLeast($"{name}: validation loss at the least / the lowest", validation[0] / least, 1.05);
            yield return Figure.AtLeast($"{name}: validation loss at the greatest / the lowest", validation[^1] / least, 1.05);
            yield return Figure.AtMost($"{name}: training loss at the greatest / at the least", sweep[^1].Train / sweep[0].Train, 0.7);
        }
    }

    /// <summary>A circle in a ring, where a tenth has the wrong label: the best possible loss is −0.9 ln 0.9 − 0.1 ln 0.1 = 0.325.</summary>
    private static (Tensor Points, Tensor Classes) Data(SystemContext context, int part)
    {
        var (points, classes) = Synthetic.Circles(part == 1 ? 400 : 1000, 0.15, 0.4, context.Seed * 10 + part);
        var wrong = context.Random(part).Bernoulli([points.Shape[0]], 0.1).To(DType.Int64);
        return (points, ((classes + wrong) % 2).Realize());
    }

    private static (double Train, double Validation, Module Model) Fit(SystemContext context, int depth, int width)
    {
        var ((x, y), (u, v)) = (Data(context, 1), Data(context, 2));
        var model = Learn.Mlp(context.Random(3), () => new Tanh(), [2, .. Enumerable.Repeat(width, depth), 2]);
        Learn.Steps(new Adam(model.Parameters(), 0.01), context.Pick(1500, 1000), () => Loss.CrossEntropy(model.Forward(x), y));
        return (Loss.CrossEntropy(model.Forward(x), y).Item(), Loss.CrossEntropy(model.Forward(u), v).Item(), model);
    }
}
