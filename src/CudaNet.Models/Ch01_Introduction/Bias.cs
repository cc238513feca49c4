using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Section 1.3.2: a bias of the labels is learned, can be measured, and can be weighed away.</summary>
internal sealed class Bias() : CourseSystem("01.bias", "Bias: measured between groups, halved by weights",
    "Data collection, algorithm and interpretation bring systematic error, as in hiring and justice.")
{
    public override void Run(SystemContext context)
    {
        var (before, after) = Gaps(context);
        context.Out.WriteLine($"share hired of group A minus group B: {before.Parity:F3} as learned, {after.Parity:F3} reweighed");
        context.Out.WriteLine($"the same among the able: {before.Odds:F3}, {after.Odds:F3}");
        context.Draw("bias.png", new CurvePlot("Gap between equally able groups", "1 = as learned, 2 = reweighed", "gap") { WholeX = true, YMin = 0 }
            .Add("demographic parity", [1, 2], [before.Parity, after.Parity]).Add("equal opportunity", [1, 2], [before.Odds, after.Odds]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (before, after) = Gaps(context);
        yield return Figure.AtLeast("gap in demographic parity", before.Parity, 0.2);
        yield return Figure.AtLeast("gap in equalised odds", before.Odds, 0.2);
        yield return Figure.AtMost("gap in parity, reweighed / before", Math.Abs(after.Parity) / before.Parity, 0.5);
        yield return Figure.AtMost("gap in odds, reweighed / before", Math.Abs(after.Odds) / before.Odds, 0.5);
    }

    private static ((double Parity, double Odds) Before, (double Parity, double Odds) After) Gaps(SystemContext context)
    {
        const int n = 4000;
        var random = context.Random();
        var group = (Tensor.Arange(n) % 2).To(DType.Float32);                        // 1 is group A
        var ability = random.Normal([n]);                                            // alike in both groups
        var able = ability > 0;
        // Of the able ones of group B, six in ten were labelled as unfit.
        var label = (able & (group.Eq(1) | random.Bernoulli([n], 0.4))).To(DType.Float32).Realize();
        var x = Tensor.Stack([ability + random.Normal([n]) * 0.3, group], 1).Realize();
        // w(group, label) = P(group)·P(label) / P(group, label): both are then independent (Kamiran, Calders 2012).
        var weight = Tensor.Ones([n]);
        foreach (var a in new[] { 0, 1 })
            foreach (var b in new[] { 0, 1 })
            {
                var here = (group.Eq(a) & label.Eq(b)).To(DType.Float32);
                weight += here * (group.Eq(a).To(DType.Float32).Mean() * label.Eq(b).To(DType.Float32).Mean() / here.Mean() - 1);
            }
        (double, double) Measure(Tensor? weights)
        {
            var model = Learn.Mlp(context.Random(1), () => new Tanh(), 2, 16, 1);
            Learn.Steps(new Adam(model.Parameters(), 0.05), 300, () => Loss.BinaryCrossEntropyWithLogits(model.Forward(x).Flatten(), label, weight: weights));
            var hired = (model.Forward(x).Flatten() > 0).To(DType.Float32);
            double Rate(Tensor among) => ((hired * among.To(DType.Float32)).Sum() / among.Sum()).Item();
            return (Rate(group.Eq(1)) - Rate(group.Eq(0)), Rate(group.Eq(1) & able) - Rate(group.Eq(0) & able));
        }
        return (Measure(null), Measure(weight.Realize()));
    }
}
