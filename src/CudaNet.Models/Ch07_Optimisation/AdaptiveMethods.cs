using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.6. It came a year after AdaGrad, whose falling rate it cures.</summary>
internal sealed class RmsPropSystem() : OptimizerSystem("07.rmsprop", "RMSprop: divided by a moving mean square", "E ← γE + (1 − γ)g², w ← w − η/√(E + ε)·g.",
    p => new RmsProp(p, 0.01, alpha: 0.9, epsilonInsideRoot: true), [0.96837722, 0.96837722, 0.94578803, 0.94578802, 0.9270531, 0.9270531])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        // ε outside of the root, as frameworks have it: written out for one weight of f = ½w².
        double w = 1, e = 0;
        for (var k = 0; k < 5; k++)
        {
            e = 0.9 * e + 0.1 * w * w;
            w -= 0.01 / (Math.Sqrt(e) + 0.1) * w;
        }
        yield return Figure.Equal("five steps with ε = 0.1 outside of the root", Path(p => new RmsProp(p, 0.01, alpha: 0.9, epsilon: 0.1), Valley, 5)[5][0], w, 1e-12);
    }
}

/// <summary>Section 7.7.</summary>
internal sealed class AdagradSystem() : OptimizerSystem("07.adagrad", "AdaGrad: divided by all squares so far", "G = Σg², w ← w − η/√(G + ε)·g; the rate decays to about 0.",
    p => new Adagrad(p, 0.1, epsilon: 1e-8, epsilonInsideRoot: true), [0.9, 0.9, 0.83310353, 0.83310353, 0.78045618, 0.78045618])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var path = Path(p => new Adagrad(p, 0.1), w => w.Sum() * 3, 100);
        yield return Figure.AtMost("constant gradient: greatest |step·√t − η|", Enumerable.Range(1, 100).Max(t => Math.Abs((path[t - 1][0] - path[t][0]) * Math.Sqrt(t) - 0.1)), 1e-8);
    }
}

/// <summary>Section 7.8. Its update of the mean of Δ², which the notes leave out, is a ← ρa + (1 − ρ)Δ².</summary>
internal sealed class AdadeltaSystem() : OptimizerSystem("07.adadelta", "Adadelta: no learning rate", "Δ = −√(E[Δ²] + ε)/√(E[g²] + ε)·g.",
    p => new Adadelta(p), [0.99683774, 0.99683772, 0.9935982, 0.99359817, 0.99030908, 0.99030903])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var end = Path(p => new Adadelta(p), Valley, 1500)[^1];
        yield return Figure.AtMost("without any rate: distance from the minimum after 1,500 steps", Math.Max(Math.Abs(end[0]), Math.Abs(end[1])), 0.05);
    }
}

/// <summary>Section 7.9.</summary>
internal sealed class AdamSystem() : OptimizerSystem("07.adam", "Adam: both moments, corrected", "Moving means of g and g², corrected for their start at 0.",
    p => new Adam(p, 0.1), [0.9, 0.9, 0.80041223, 0.80041223, 0.70158627, 0.70158627])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var first = Path(p => new Adam(p, 0.1), w => (w * Tensor.From(-7, 0.003)).Sum(), 1)[1];
        yield return Figure.AtMost("first step minus −η·sign(g), for gradients −7 and 0.003", Math.Max(Math.Abs(first[0] - 1.1), Math.Abs(first[1] - 0.9)), 1e-6);
    }
}

/// <summary>Sections 7.9.1 and 7.9.2: decay that goes through Adam's division has little effect.</summary>
internal sealed class AdamCoupled() : OptimizerSystem("07.adam-l2", "Adam with L2 in the gradient: decay that does nothing here", "L2 added into the gradient interacts with the adaptive rate, so decay is weak.",
    p => new Adam(p, 0.1, weightDecay: 0.01), [0.9, 0.9, 0.80041223, 0.80041223, 0.70158627, 0.70158627])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        // Where g ∝ w, adding λw only scales g, and Adam does not see scale.
        yield return Figure.AtMost("50 steps with λ = 0.01 minus without", Apart(Path(p => new Adam(p, 0.1, weightDecay: 0.01), Valley, 50), Path(p => new Adam(p, 0.1), Valley, 50)), 1e-7);
        yield return Figure.AtLeast("the same for AdamW", Apart(Path(p => new AdamW(p, 0.1, weightDecay: 0.01), Valley, 50), Path(p => new Adam(p, 0.1), Valley, 50)), 1e-3);
    }
}

/// <summary>Section 7.9.2.</summary>
internal sealed class AdamWSystem() : OptimizerSystem("07.adamw", "AdamW: decay beside the adaptive step", "w ← w − ηλw − η/(√v̂ + ε)·m̂.",
    p => new AdamW(p, 0.1, weightDecay: 0.01), [0.899, 0.899, 0.79851903, 0.79851903, 0.69891118, 0.69891118])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var end = Path(p => new AdamW(p, 0.1, weightDecay: 0.5), w => (w * 0).Sum(), 20)[^1][0];
        yield return Figure.Equal("a weight without gradient after 20 steps minus (1 − ηλ)²⁰", end - Math.Pow(1 - 0.1 * 0.5, 20), 0, 1e-12);
    }
}

/// <summary>Section 7.10.</summary>
internal sealed class LionSystem() : OptimizerSystem("07.lion", "Lion: the sign of an interpolation", "w ← w − η(sign(β₁m + (1 − β₁)g) + λw), then m ← β₂m + (1 − β₂)g.",
    p => new Lion(p, 0.01, weightDecay: 0.01), [0.9899, 0.9899, 0.97980101, 0.97980101, 0.96970303, 0.96970303])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var path = Path(p => new Lion(p, 0.01, weightDecay: 0.1), Valley, 50);
        yield return Figure.AtMost("distance of every step from η(±1 + λw)", Enumerable.Range(1, 50).Max(k => Enumerable.Range(0, 2).Max(i =>
        {
            double step = path[k - 1][i] - path[k][i], decay = 0.01 * 0.1 * path[k - 1][i];
            return Math.Min(Math.Abs(step - decay - 0.01), Math.Abs(step - decay + 0.01));
        })), 1e-12);
        static long Memory(Optimizer optimizer) => optimizer.StateDict().Values.Where(t => t.Shape == new Shape(100)).Sum(t => t.ElementCount);
        var w = new Parameter(Tensor.Zeros([100]), "w");
        yield return Figure.Equal("numbers kept by Lion / by Adam", (double)Memory(new Lion([w])) / Memory(new Adam([w])), 0.5);
    }
}
