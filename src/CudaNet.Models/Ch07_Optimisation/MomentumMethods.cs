using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.1.</summary>
internal sealed class GradientDescent() : OptimizerSystem("07.gradient-descent", "Gradient descent: w ← w − η·∇L", "w ← w − η ∂L/∂w.",
    p => new Sgd(p, 0.05), [0.95, 0.5, 0.9025, 0.25, 0.857375, 0.125]);

/// <summary>Section 7.2. The notes call β a damping factor.</summary>
internal sealed class Momentum() : OptimizerSystem("07.momentum", "Momentum: v ← βv − η∇L, w ← w + v", "β = 0 is gradient descent, β = 1 explodes.",
    p => new Sgd(p, 0.05, momentum: 0.9), [0.95, 0.5, 0.8575, -0.2, 0.731375, -0.73])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        Func<Parameter[], Optimizer> outside = p => new Sgd(p, 0.05, momentum: 0.9), inside = p => new Sgd(p, 0.05, momentum: 0.9, rateInVelocity: true);
        static void Drop(Optimizer optimizer, int k)
        {
            if (k == 10) optimizer.LearningRate = 0.01;
        }
        yield return Figure.AtMost("η in the velocity minus η outside, 30 steps", Apart(Path(outside, Valley, 30), Path(inside, Valley, 30)), 1e-7);
        yield return Figure.AtLeast("the same after η drops to a fifth", Apart(Path(outside, Valley, 30, Drop), Path(inside, Valley, 30, Drop)), 1e-3);
    }
}

/// <summary>Section 7.3. Not used by Adam or RMSprop, as the notes say, but by NAdam.</summary>
internal sealed class Nesterov() : OptimizerSystem("07.nesterov", "Nesterov: the gradient taken ahead", "The gradient is taken at w + βv, then as momentum.",
    p => new NesterovSgd(p, 0.05), [0.95, 0.5, 0.85975, 0.025, 0.73959875, -0.20125])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        static int Turns(double[][] path) => Enumerable.Range(1, path.Length - 1).Count(k => path[k][1] * path[k - 1][1] < 0 && Math.Abs(path[k - 1][1]) > 1e-4);
        int momentum = Turns(Path(p => new Sgd(p, 0.05, momentum: 0.9), Valley, 100)), ahead = Turns(Path(p => new NesterovSgd(p, 0.05), Valley, 100));
        yield return Figure.AtMost("crossings of the valley's floor in 100 steps, Nesterov minus momentum", ahead - momentum, -1);
    }
}

/// <summary>Section 7.4.1. Gains of +0.05 and ×0.95 within 0.1 … 10, which the notes leave open.</summary>
internal sealed class Gains() : OptimizerSystem("07.gains", "A gain for each weight: additive increase, multiplicative decrease", "A gain grows a little while the sign of its gradient stays, and is multiplied down when it flips.",
    p => new GainSgd(p, 0.05), [0.95, 0.5, 0.900125, 0.2375, 0.85061813, 0.106875])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var w = new Parameter(Tensor.From(1.0, 1), "w");
        var optimizer = new GainSgd([w], 1e-4);
        for (var k = 0; k < 300; k++)
        {
            optimizer.ZeroGrad();
            // The first weight always sees the same gradient, the second one of changing sign.
            (w.Value * Tensor.From(1, k % 2 == 0 ? 1.0 : -1)).Sum().Backward();
            optimizer.Step();
        }
        var gain = optimizer.StateDict().Single(entry => entry.Key.EndsWith("gain", StringComparison.Ordinal)).Value.ToDoubles();
        yield return Figure.Equal("gain after 300 equal gradients: the bound", gain[0], 10, 1e-9);
        yield return Figure.Equal("gain after 300 alternating ones: the bound", gain[1], 0.1, 1e-9);
    }
}

/// <summary>Section 7.5.</summary>
internal sealed class RpropSystem() : OptimizerSystem("07.rprop", "Rprop: only the sign of the gradient counts", "Δ·1.2 for the same sign, Δ·0.5 after a flip; w ← w − sign(g)·Δ.",
    p => new Rprop(p, 0.1, skipAfterFlip: false), [0.9, 0.9, 0.78, 0.78, 0.636, 0.636])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        foreach (var skip in new[] { false, true })
            yield return Figure.AtMost($"loss times 1000, {(skip ? "no step" : "a step")} after a flip: difference in 40 steps",
                Apart(Path(p => new Rprop(p, 0.1, skipAfterFlip: skip), Valley, 40), Path(p => new Rprop(p, 0.1, skipAfterFlip: skip), w => Valley(w) * 1000, 40)), 0);
    }
}
