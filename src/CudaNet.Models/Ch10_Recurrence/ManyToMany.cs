using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.1.2: a sequence in, a sequence out, step by step (tagging) or by encoder and decoder (translation).</summary>
internal sealed class ManyToMany() : CourseSystem("10.many-to-many", "Many to many: tagging, and digits said backwards", "Machine translation turns a sequence into another one.")
{
    private const int Longest = 10;

    public override void Run(SystemContext context)
    {
        var (net, losses) = Train(context);
        var test = Reversal.Batch(context.Random(9), 5, 4, Longest);
        var said = net.Answer(test[0], test[1], Longest + 1);
        static string Text(Tensor row) => string.Concat(row.ToDoubles().TakeWhile(w => w < Reversal.End).Select(w => (int)w));
        for (var k = 0; k < 5; k++) context.Out.WriteLine($"{Text(test[0].Select(0, k))} → {Text(said.Select(0, k))}");
        context.Draw("many-to-many.png", Pictures.Curves("Digits said backwards", "loss", true, ("training", losses)));
        foreach (var figure in Tagging(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (net, _) = Train(context);
        yield return Figure.AtLeast("sequences of up to 10 digits that are said backwards without a mistake", Reversal.ExactMatch(net, Reversal.Batch(context.Random(9), 1000, 1, Longest)), 0.95);
        foreach (var figure in Tagging(context)) yield return figure;
    }

    private static (Reversal.FixedContext Net, double[] Losses) Train(SystemContext context)
    {
        var net = new Reversal.FixedContext(128, context.Random());
        var random = context.Random(1);
        const int steps = 1200;
        return (net, Learn.Steps(new Adam(net.Parameters(), 4e-3), steps, _ => Reversal.Batch(random, 64, 1, Longest), data => Reversal.Loss(net, data), new CosineSchedule(steps, 100, 0.02), clipNorm: 1));
    }

    /// <summary>Aligned: each bit is tagged with the parity of all bits so far.</summary>
    private static IEnumerable<Figure> Tagging(SystemContext context)
    {
        GRU gru = new(1, 16, random: context.Random(2));
        var model = new Sequential(gru, new Linear(16, 2, random: context.Random(3)));
        var random = context.Random(4);
        Tensor[] Bits(int n)
        {
            var bits = random.Integers([12, n, 1], 0, 2).Realize();
            return [bits.To(DType.Float32).Realize(), (bits.CumSum(0) % 2).Reshape(-1).Realize()];
        }
        Learn.Steps(new Adam(model.Parameters(), 0.01), 500, _ => Bits(64), data => Loss.CrossEntropy(model.Forward(data[0]).Reshape(-1, 2), data[1]));
        var test = Bits(500);
        yield return Figure.AtLeast("tagging each of 12 bits with the parity so far: accuracy", model.Forward(test[0]).Reshape(-1, 2).ArgMax(-1).Eq(test[1]).To(DType.Float32).Mean().Item(), 0.95);
    }
}
