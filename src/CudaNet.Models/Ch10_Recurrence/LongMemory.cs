using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.4.1 on the adding problem (Hochreiter, Schmidhuber 1997): 50 numbers from 0 to 1, two of them marked, whose sum is asked for at the
/// end. Answering 1 always has an error of 1/6. The notes say that gradients neither vanish nor explode: they can still explode, so they are clipped.</summary>
internal sealed class LongMemory() : CourseSystem("10.lstm-memory", "Long memory: the adding problem", "A memory cell keeps gradients over long ranges, where the plain network loses them.")
{
    private const int T = 50, Batch = 32, Units = 32;

    public override void Run(SystemContext context)
    {
        var (lstm, lstmLosses) = Train(context, true);
        var (rnn, rnnLosses) = Train(context, false);
        context.Out.WriteLine($"mean squared error: LSTM {Test(context, lstm):F4}, plain {Test(context, rnn):F4}, always 1: {1 / 6.0:F4}");
        static double[] Smooth(double[] y) => [.. y.Chunk(25).Select(part => part.Average())];
        static double[] Steps(double[] y) => [.. Enumerable.Range(0, (y.Length + 24) / 25).Select(k => 25.0 * k)];
        context.Draw("lstm-memory.png", new CurvePlot("Adding two of 50 numbers", "step", "mean squared error") { LogY = true }.Add("LSTM", Steps(lstmLosses), Smooth(lstmLosses)).Add("plain tanh network", Steps(rnnLosses), Smooth(rnnLosses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.AtMost("LSTM: mean squared error", Test(context, Train(context, true).Net), 0.01);
        yield return Figure.Equal("plain tanh network: mean squared error, 0.167 is chance", Test(context, Train(context, false).Net), 1 / 6.0, 0.05);
    }

    private static (Reader Net, double[] Losses) Train(SystemContext context, bool memory)
    {
        var net = new Reader(memory, context.Random());
        var optimizer = new Adam(net.Parameters(), 0.01);
        const int steps = 1500;
        var losses = Learn.Steps(optimizer, steps, k => Sums(context, k, Batch), data => (net.Forward(data[0]) - data[1]).Square().Mean(), new CosineSchedule(steps, 0, 0.05), clipNorm: 1);
        return (net, losses);
    }

    private static double Test(SystemContext context, Reader net)
    {
        var data = Sums(context, 9999, 1000);
        return (net.Forward(data[0]) - data[1]).Square().Mean().Item();
    }

    /// <summary>[batch, time, 2]: a number, and 1 where it counts, which is once in each half; and the sums, [batch, 1].</summary>
    private static Tensor[] Sums(SystemContext context, int part, int batch)
    {
        var (sequences, sums) = Synthetic.AddingProblem(batch, T, context.Seed * 10_000 + part);
        return [sequences, sums];
    }

    private sealed class Reader(bool memory, RandomStream random) : Module
    {
        public Module Network { get; } = memory ? new LSTM(2, Units, batchFirst: true, forgetBias: 1, random: random) : new RNN(2, Units, batchFirst: true, random: random);

        public Linear Head { get; } = new(Units, 1, random: random);

        public override Tensor Forward(Tensor x) => Head.Forward(Network.Forward(x).Select(1, T - 1));
    }
}
