using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.1.1: how the inputs of a layer drift while the layers below it learn.</summary>
internal sealed class InternalShift() : CourseSystem("08.internal-shift", "Internal covariate shift, measured",
    "The distribution of a layer's input drifts as lower weights move.")
{
    private const int Steps = 150, Every = 10, Hidden = 5;

    public override void Run(SystemContext context)
    {
        double[] with = Drift(context, true), without = Drift(context, false);
        context.Out.WriteLine($"drift of the last activation's input in {Steps} steps: with {with[^1]:F2}, without {without[^1]:F2} of its first deviation");
        context.Draw("internal-shift.png", Pictures.Curves("How far the input of the last activation has drifted", "distance from the start, in deviations", false, ("with normalisation", with), ("without", without)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        double with = Drift(context, true)[^1], without = Drift(context, false)[^1];
        yield return Figure.AtMost("drift with normalisation / without, at equal rate", with / without, 1);
        yield return Figure.AtLeast("drift without", without, 0.1);
    }

    /// <summary>Mean over units of |μ − μ₀|/σ₀ + |ln(σ/σ₀)| of what goes into the last activation, on the same samples.</summary>
    private static double[] Drift(SystemContext context, bool norm)
    {
        var digits = Digits.Load(context, 2000, 500).Flat();
        var net = NormNet.Mlp(context.Random(), Hidden, norm);
        (Tensor Mean, Tensor Deviation) Statistics()
        {
            Tensor? last = null;
            Layer.Observe((layer, input, _) =>
            {
                if (layer is ReLU) last = input;
            }, () => net.Forward(digits.TestX));
            return (last!.Mean(0).Realize(), (last.Var(0, 0) + 1e-12).Sqrt().Realize());
        }
        var (mean, deviation) = Statistics();
        var drift = new List<double>();
        Learn.Steps(new Sgd(net.Parameters(), 0.1), Steps + 1, NormNet.Batches(context, digits, 64), data => Loss.CrossEntropy(net.Forward(data[0]), data[1]), before: k =>
        {
            if (k % Every != 0) return;
            var (m, d) = Statistics();
            drift.Add((((m - mean).Abs() / deviation) + (d / deviation).Log().Abs()).Mean().Item());
        });
        return [.. drift];
    }
}
