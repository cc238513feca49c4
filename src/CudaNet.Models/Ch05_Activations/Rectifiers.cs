using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch05_Activations;

/// <summary>Section 5.2.</summary>
internal sealed class ReluSystem() : Activation("05.relu", "ReLU: max(0, x)", "Negative values are flattened; at 0 there is no derivative.",
    x => x.Relu(), x => Math.Max(0, x), [0, 0, 0, 0, 0.5, 1, 3], [0])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        yield return Figure.Equal("slope at 0, by convention", Slope(0), 0);
        yield return Figure.Equal("slope at ½ minus slope at −½", Slope(0.5) - Slope(-0.5), 1);
    }
}

/// <summary>Section 5.2. The notes' max(αx, x) holds for α ≤ 1 only.</summary>
internal sealed class LeakyReluSystem() : Activation("05.leaky-relu", "Leaky ReLU: x or αx", "max(αx, x), so that negative values keep a slope.",
    x => x.LeakyRelu(), x => x > 0 ? x : 0.01 * x, [-0.03, -0.01, -0.005, 0, 0.5, 1, 3], [0])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        yield return Figure.AtMost("α = 2 at −1 and 1, where max(αx, x) would give −1 and 2", Differences.Largest(Tensor.From(-1.0, 1).LeakyRelu(2), -2, 1), 0);
    }
}

/// <summary>Section 5.2.</summary>
internal sealed class PReluSystem() : Activation("05.prelu", "PReLU: the slope is learned", "The slope of the negative side is a parameter.",
    x => x.Prelu(Tensor.From(0.25).To(x.DType)), x => x > 0 ? x : 0.25 * x, [-0.75, -0.25, -0.125, 0, 0.5, 1, 3], [0])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        Tensor x = context.Random(1).Normal([3, 4]).Realize(), slope = Tensor.From(0.1, 0.2, 0.3, 0.4);
        yield return Figure.AtMost("gradient of a slope a channel minus differences", Differences.OfGradient(at => at[0].Prelu(at[1]), x, slope), 1e-5);
        // The target has slope ½ on the negative side, and training finds it.
        var layer = new PReLU();
        var data = Tensor.Linspace(-2, 2, 101);
        Learn.Steps(new Adam(layer.Parameters(), 0.02), 200, () => Loss.Mse(layer.Forward(data), data.LeakyRelu(0.5)));
        yield return Figure.Equal("slope that training finds for a target of slope ½", layer.Weight.Value.Item(), 0.5, 1e-3);
    }
}

/// <summary>Section 5.2. The notes say that its slope is learned: it is drawn, and fixed in evaluation.</summary>
internal sealed class RReluSystem() : Activation("05.rrelu", "RReLU: the slope is drawn", "The slope comes from a random variable in a range.",
    x => x.Rrelu(), x => x > 0 ? x : x * (1.0 / 8 + 1.0 / 3) / 2, null, [0])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        const int n = 100_000;
        const double low = 1.0 / 8, high = 1.0 / 3;
        var layer = new RReLU(random: context.Random(1));
        var x = -Tensor.Ones([n]);
        var slopes = (-layer.Forward(x)).ToDoubles();
        yield return Figure.AtLeast("least slope in training", slopes.Min(), low - 1e-7);
        yield return Figure.AtMost("greatest slope in training", slopes.Max(), high + 1e-7);
        var error = (high - low) / Math.Sqrt(12) / Math.Sqrt(n);
        yield return Figure.AtMost("mean slope minus the middle, in standard errors", Math.Abs(slopes.Average() - (low + high) / 2) / error, 3);
        layer.Eval();
        yield return Figure.Equal("slope in evaluation", -layer.Forward(x).Narrow(0, 0, 1).Item(), 0.2291667, 1e-6);
        yield return Figure.Holds("evaluation twice is equal bit for bit", layer.Forward(x).ToArray<float>().AsSpan().SequenceEqual(layer.Forward(x).ToArray<float>()));
        yield return Figure.Equal("parameters", layer.ParameterCount, 0);
    }
}
