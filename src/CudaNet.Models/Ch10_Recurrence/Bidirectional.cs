using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.4.3: one network from the front, one from the end, states side by side. The label of a step is the token behind it, which only a network
/// from the end has seen. The notes take bidirectional networks for Bi-LSTMs: those are one case.</summary>
internal sealed class Bidirectional() : CourseSystem("10.bidirectional", "Bidirectional networks", "A forward and a backward LSTM read the sequence, and their states are concatenated at each step.")
{
    private const int Tokens = 8, T = 12, Units = 16;

    public override void Run(SystemContext context)
    {
        var (both, losses) = Train(context, true);
        var (one, oneLosses) = Train(context, false);
        context.Out.WriteLine($"the next token is right: forward only {Right(context, one):P1}, both directions {Right(context, both):P1}");
        context.Draw("bidirectional.png", Pictures.Curves("Naming the next token", "loss", false, ("both directions", losses), ("forward only", oneLosses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("forward only: accuracy, 1/8 is chance", Right(context, Train(context, false).Net), 1.0 / Tokens, 0.05);
        yield return Figure.AtLeast("both directions: accuracy", Right(context, Train(context, true).Net), 0.99);
        var random = context.Random(5);
        foreach (var (name, net) in new[] { ("LSTM", (Func<Tensor, Tensor?, Tensor>)Lstm(random)), ("GRU", Gru(random)), ("plain", Plain(random)) })
        {
            var x = random.Normal([T, 3, 4]).Realize();
            var padded = net(x, Tensor.From(5L, 12L, 1L));
            var worst = new[] { 5, 12, 1 }.Select((length, b) => Differences.Largest(padded.Narrow(1, b, 1).Narrow(0, 0, length), net(x.Narrow(1, b, 1).Narrow(0, 0, length), null))).Max();
            yield return Figure.AtMost($"{name}: padded batch minus one by one", worst, 1e-6);
        }
    }

    private static Func<Tensor, Tensor?, Tensor> Lstm(RandomStream random)
    {
        var net = new LSTM(4, 6, 2, bidirectional: true, random: random);
        return (x, lengths) => net.Forward(x, null, lengths).Output;
    }

    private static Func<Tensor, Tensor?, Tensor> Gru(RandomStream random)
    {
        var net = new GRU(4, 6, 2, bidirectional: true, random: random);
        return (x, lengths) => net.Forward(x, null, lengths).Output;
    }

    private static Func<Tensor, Tensor?, Tensor> Plain(RandomStream random)
    {
        var net = new RNN(4, 6, 2, bidirectional: true, random: random);
        return (x, lengths) => net.Forward(x, null, lengths).Output;
    }

    private static (Tagger Net, double[] Losses) Train(SystemContext context, bool both)
    {
        var net = new Tagger(both, context.Random());
        var random = context.Random(1);
        var losses = Learn.Steps(new Adam(net.Parameters(), 0.01), 200, _ => [random.Integers([T + 1, 32], 0, Tokens).Realize()],
            data => Loss.CrossEntropy(net.Forward(data[0].Narrow(0, 0, T)).Narrow(0, 0, T - 1).Reshape(-1, Tokens), data[0].Narrow(0, 1, T - 1).Reshape(-1)));
        return (net, losses);
    }

    /// <summary>All steps but the last, whose next token is outside.</summary>
    private static double Right(SystemContext context, Tagger net)
    {
        var x = context.Random(9).Integers([T, 500], 0, Tokens).Realize();
        return net.Forward(x).ArgMax(-1).Narrow(0, 0, T - 1).Eq(x.Narrow(0, 1, T - 1)).To(DType.Float32).Mean().Item();
    }

    private sealed class Tagger(bool both, RandomStream random) : Module
    {
        public Embedding Embedding { get; } = new(Tokens, 8, random);

        public LSTM Lstm { get; } = new(8, Units, bidirectional: both, random: random);

        public Linear Head { get; } = new(both ? 2 * Units : Units, Tokens, random: random);

        public override Tensor Forward(Tensor x) => Head.Forward(Lstm.Forward(Embedding.Forward(x)));
    }
}
