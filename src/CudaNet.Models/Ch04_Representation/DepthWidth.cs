using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Sections 4.3 and 4.6: what depth gives that width does not (Telgarsky 2016).</summary>
internal sealed class DepthWidth() : CourseSystem("04.depth-width", "Depth against width: folded tents",
    "Deep nets represent complex functions more efficiently: fewer units, more sequential steps.")
{
    private const int K = 5;

    public override void Run(SystemContext context)
    {
        var x = Grid();
        var (shallow, error) = Shallow(context);
        context.Out.WriteLine($"{K} layers of 2 units: {Pieces(K)} linear pieces, exactly. One layer of {Units} units, trained: MSE {error:F4}");
        context.Draw("depth-width.png", new CurvePlot($"{K} layers of two ReLUs against one layer of {Units}", "x", "y")
            .Add("deep", x.ToDoubles(), Deep(x, K).ToDoubles()).Add("shallow, trained", x.ToDoubles(), shallow.Forward(x.To(DType.Float32)).ToDoubles()));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var k in new[] { 1, 3, 5, 8 }) yield return Figure.Equal($"linear pieces of {k} layers of two ReLUs", Pieces(k), Math.Pow(2, k));
        var x = Grid();
        var deep = Loss.Mse(Deep(x, K), Target(x)).Item();
        var (_, shallow) = Shallow(context);
        yield return Figure.AtLeast("MSE of a trained shallow net of equal size / (that of the deep net + 1e-6)", shallow / (deep + 1e-6), 10);
    }

    /// <summary>Weights of the deep net: 2 in, 2 × 2 and 2 biases between, 2 out and a bias; a shallow unit has 3.</summary>
    private static int Units => (2 + 2 + (K - 1) * 6 + 3 + 2) / 3;

    private static Tensor Grid() => Tensor.Linspace(0, 1, 1025, DType.Float64).Unsqueeze(1);

    /// <summary>t(x) = 2·max(0, x) − 4·max(0, x − ½), a tent over [0, 1], in itself k times: each layer folds the line once.</summary>
    private static Tensor Deep(Tensor x, int k)
    {
        for (var layer = 0; layer < k; layer++) x = x.Relu() * 2 - (x - 0.5).Relu() * 4;
        return x;
    }

    /// <summary>The same saw by its formula: the distance to the nearest even multiple of 2⁻ᵏ, scaled to 1.</summary>
    private static Tensor Target(Tensor x)
    {
        var turns = x * Math.Pow(2, K - 1);
        return ((turns - (turns + 0.5).Floor()).Abs() * 2);
    }

    /// <summary>Intervals of [0, 1] over which the slope stays the same.</summary>
    private static int Pieces(int k)
    {
        const int steps = 1 << 12;
        // The middle of each step: every bend is at a multiple of 2⁻ᵏ, so no step holds one.
        var slope = Deep(Tensor.Linspace(0, 1, steps + 1, DType.Float64), k).ToDoubles();
        var signs = Enumerable.Range(0, steps).Select(i => Math.Sign(slope[i + 1] - slope[i])).ToArray();
        return 1 + Enumerable.Range(1, steps - 1).Count(i => signs[i] != signs[i - 1]);
    }

    private static (Sequential Net, double Error) Shallow(SystemContext context)
    {
        var net = Learn.Mlp(context.Random(), () => new ReLU(), 1, Units, 1);
        Tensor x = Grid().To(DType.Float32).Realize(), y = Target(x).Realize();
        // Bends spread over the interval, so that no unit starts dead.
        ((Linear)net[0]).Bias!.Assign(Tensor.Linspace(0, -0.95, Units));
        ((Linear)net[0]).Weight.Assign(Tensor.Ones([Units, 1]));
        Learn.Steps(new Adam(net.Parameters(), 0.01), 3000, () => Loss.Mse(net.Forward(x), y), new Nn.Schedules.CosineSchedule(3000));
        return (net, Loss.Mse(net.Forward(x), y).Item());
    }
}
