using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.4.4: the whole input has to go through one vector.</summary>
internal sealed class Bottleneck() : CourseSystem("10.fixed-context", "The bottleneck of a fixed context", "Encoder and decoder squeeze the whole input into one vector, which loses long inputs.")
{
    private static readonly int[] Lengths = [2, 4, 6, 8, 10, 12];

    public override void Run(SystemContext context)
    {
        var right = Curve(context);
        for (var k = 0; k < Lengths.Length; k++) context.Out.WriteLine($"{Lengths[k],2} digits: {right[k]:P1} without a mistake");
        context.Draw("fixed-context.png", new CurvePlot("Digits said backwards by way of 24 memory cells", "digits", "share without a mistake") { WholeX = true, YMin = 0 }.Add("fixed context", [.. Lengths.Select(n => (double)n)], right));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var right = Curve(context);
        for (var k = 0; k < Lengths.Length; k++) yield return Figure.Report($"{Lengths[k]} digits: share without a mistake", right[k]);
        yield return Figure.AtLeast("share at 2 digits minus share at 12", right[0] - right[^1], 0.5);
        yield return Figure.AtMost("greatest rise from a length to the next", Enumerable.Range(1, right.Length - 1).Max(k => right[k] - right[k - 1]), 0.05);
    }

    private static double[] Curve(SystemContext context)
    {
        var net = new Reversal.FixedContext(24, context.Random());
        var random = context.Random(1);
        const int steps = 600;
        Learn.Steps(new Adam(net.Parameters(), 0.01), steps, _ => Reversal.Batch(random, 64, 1, Lengths[^1]), data => Reversal.Loss(net, data), new CosineSchedule(steps, 20, 0.05), clipNorm: 1);
        return [.. Lengths.Select(n => Reversal.ExactMatch(net, Reversal.Batch(context.Random(9), 300, n, n)))];
    }
}
