using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.3: one hidden layer comes as near to a continuous function as one likes.</summary>
internal sealed class Approximation() : CourseSystem("04.universal-approximation", "Universal approximation: sin by one hidden layer",
    "One hidden layer approximates any continuous function, perhaps with many neurons.")
{
    private static readonly int[] Widths = [4, 8, 16, 32];

    public override void Run(SystemContext context)
    {
        var x = Grid();
        var plot = new CurvePlot("sin on [−π, π] by one hidden layer of tanh units", "x", "y").Add(new CurveSeries("sin", x.ToDoubles(), x.Sin().ToDoubles()) { Dashed = true });
        foreach (var width in Widths)
        {
            var net = Train(context, width);
            plot.Add($"{width} units", x.ToDoubles(), net.Forward(x).ToDoubles());
            context.Out.WriteLine($"{width,3} units: greatest error {Error(net):E2}");
        }
        context.Draw("universal-approximation.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var errors = Widths.Select(width => Error(Train(context, width))).ToArray();
        yield return Figure.AtMost("greatest error on [−π, π] with 32 units", errors[^1], 1e-2);
        yield return Figure.Equal("doublings of the width, from 4, at which it falls", errors.Zip(errors.Skip(1), (a, b) => b < a ? 1 : 0).Sum(), Widths.Length - 1);
    }

    private static Tensor Grid() => Tensor.Linspace(-Math.PI, Math.PI, 401, DType.Float64).Unsqueeze(1);

    private static double Error(Module net) => Differences.Largest(net.Forward(Grid()), Grid().Sin());

    /// <summary>Hidden units at random and the output by least squares: no descent stands between what a width can do and what is found.</summary>
    private static Sequential Train(SystemContext context, int width)
    {
        var random = context.Random(width);
        Linear hidden = new(1, width, random: random, type: DType.Float64), output = new(width, 1, random: random, type: DType.Float64);
        hidden.Weight.Assign(random.Normal([width, 1], 0, 1, DType.Float64).Realize());
        hidden.Bias!.Assign(random.Uniform([width], -Math.PI, Math.PI, DType.Float64).Realize());
        var units = hidden.Forward(Grid()).Tanh();
        var solution = Linalg.Pinv(Tensor.Concat([units, Tensor.Ones([units.Shape[0], 1], DType.Float64)], 1)).MatMul(Grid().Sin()).Realize();
        output.Weight.Assign(solution.Narrow(0, 0, width).T);
        output.Bias!.Assign(solution.Narrow(0, width, 1).Flatten());
        return new(hidden, new Tanh(), output);
    }
}
