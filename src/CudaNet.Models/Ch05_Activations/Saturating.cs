using CudaNet.Models.Systems;

namespace CudaNet.Models.Ch05_Activations;

/// <summary>Sections 2.5, 5.1 and 5.5.</summary>
internal sealed class SigmoidSystem() : Activation("05.sigmoid", "Sigmoid: 1/(1 + e⁻ˣ)", "The sigmoid saturates, so gradients vanish.",
    x => x.Sigmoid(), x => 1 / (1 + Math.Exp(-x)), [0.0474258732, 0.2689414214, 0.3775406688, 0.5, 0.6224593312, 0.7310585786, 0.9525741268])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var far = Tensor.From(-100f, 100, -1e4f, 1e4f).Sigmoid();
        yield return Figure.Holds("finite and within [0, 1] at ±100 and ±10,000", far.ToDoubles().All(v => v is >= 0 and <= 1));
        yield return Figure.Equal("greatest slope", Slope(Tensor.Linspace(-8, 8, 1601, DType.Float64)).Max().Item(), 0.25, 1e-9);
        // σ′ = σ(1 − σ).
        var x = Tensor.Linspace(-5, 5, 101, DType.Float64);
        yield return Figure.AtMost("slope minus σ(1 − σ)", Differences.Largest(Slope(x), x.Sigmoid() * (1 - x.Sigmoid())), 1e-12);
    }
}

/// <summary>Section 5.1. The notes have its flat zones at 0 and 1: they are at −1 and 1.</summary>
internal sealed class TanhSystem() : Activation("05.tanh", "Tanh: flat at −1 and 1", "The hyperbolic tangent saturates too.",
    x => x.Tanh(), Math.Tanh, [-0.9950547537, -0.7615941560, -0.4621171573, 0, 0.4621171573, 0.7615941560, 0.9950547537])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var x = Tensor.Linspace(-5, 5, 101, DType.Float64);
        yield return Figure.AtMost("slope minus 1 − y²", Differences.Largest(Slope(x), 1 - x.Tanh().Square()), 1e-12);
        yield return Figure.AtMost("tanh(x) minus 2σ(2x) − 1", Differences.Largest(x.Tanh(), (x * 2).Sigmoid() * 2 - 1), 1e-12);
    }
}

/// <summary>Section 5.4.</summary>
internal sealed class HardtanhSystem() : Activation("05.hardtanh", "Hardtanh: a ramp from −1 to 1", "Slope 1 on [−1, 1], constant outside, and no exponentials.",
    x => x.Hardtanh(), x => Math.Clamp(x, -1, 1), [-1, -1, -0.5, 0, 0.5, 1, 1], [-1, 1])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var x = context.Random(1).Normal([1 << 16]).Realize();
        // Sixteen in a row are one step of the plan, so that arithmetic counts and not the way to it.
        Func<Tensor> Chain(Func<Tensor, Tensor> f)
        {
            var chain = Compiled.Of(start => Enumerable.Range(0, 16).Aggregate(start, (y, _) => f(y * 1.25)));
            return () => chain(x);
        }
        yield return Figure.AtMost("time of sixteen in a row over 65,536 numbers / that of tanh", Seconds(Chain(y => y.Hardtanh())) / Seconds(Chain(y => y.Tanh())), 1);
    }

    /// <summary>The best of nine, each of 20: what else the machine does can only slow one down.</summary>
    private static double Seconds(Func<Tensor> run) => Timing.LeastSeconds(9, () =>
    {
        for (var k = 0; k < 20; k++) run().Realize();
    });
}
