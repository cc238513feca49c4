using CudaNet.Models.Systems;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.4.4: at every step of the output all states of the input are scored and weighed; the weights can be looked at (figure 50).</summary>
internal sealed class Attention() : CourseSystem("10.attention", "Attention on recurrent networks", "At each output step all input states are scored, and their weights can be drawn.")
{
    private const int T = 20, Steps = 600;

    public override void Run(SystemContext context)
    {
        var (net, losses) = Train(context);
        var test = Reversal.Batch(context.Random(9), 1, T, T);
        context.Draw("attention.png", new ImageSheet("Where the decoder looks (across: input, down: output)", [Pictures.Grey(net.Alignment(test[0], test[1], T).Select(0, 0), "weights α", 0, 1)], 1, 20));
        context.Draw("attention-loss.png", Pictures.Curves("20 digits said backwards", "loss", true, ("training", losses)));
        foreach (var figure in Judge(context, net)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context) => Judge(context, Train(context).Net);

    private static IEnumerable<Figure> Judge(SystemContext context, Reversal.Attending net)
    {
        var test = Reversal.Batch(context.Random(9), 300, T, T);
        var random = context.Random(2);
        var plain = new Reversal.FixedContext(48, context.Random());
        Learn.Steps(new Adam(plain.Parameters(), 5e-3), Steps, _ => Reversal.Batch(random, 32, T, T), data => Reversal.Loss(plain, data), clipNorm: 1);
        double with = Reversal.ExactMatch(net, test), without = Reversal.ExactMatch(plain, test);
        yield return Figure.AtLeast("share without a mistake minus that of a fixed context", with - without, double.Epsilon);
        yield return Figure.Report("share without a mistake", with);
        // Output j looks at input 19 − j.
        var looked = net.Alignment(test[0], test[1], T).ArgMax(-1);
        yield return Figure.AtLeast("steps whose greatest weight is on the antidiagonal", looked.Eq(T - 1 - Tensor.Arange(0, T, 1, DType.Int64).Unsqueeze(0)).To(DType.Float32).Mean().Item(), 0.95);
    }

    private static (Reversal.Attending Net, double[] Losses) Train(SystemContext context)
    {
        var net = new Reversal.Attending(48, context.Random());
        var random = context.Random(1);
        return (net, Learn.Steps(new Adam(net.Parameters(), 5e-3), Steps, _ => Reversal.Batch(random, 32, T, T), data => Reversal.Loss(net, data), new CosineSchedule(Steps, 50, 0.05), clipNorm: 1));
    }
}
