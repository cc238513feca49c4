using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.4.5: instead of a last state, a weighted sum of all, with weights α = softmax(vᵀ·tanh(U·h)).</summary>
internal sealed class AttentionPooling() : CourseSystem("10.bilstm-attention", "Bi-LSTM with attention", "A weight for each step replaces the one summary vector.")
{
    // Tokens 0 to 3 are keys, the others noise; one key stands among 49 of noise. A fifth of the sequences has none, which is a class too:
    // without it the net would take one class for granted where it finds no other key, and never look for that one's.
    private const int T = 50, Keys = 4, Classes = 5, Tokens = 20;

    public override void Run(SystemContext context)
    {
        var (net, losses) = Train(context);
        var (x, _, _) = Data(context.Random(9), 12);
        context.Draw("bilstm-attention.png", new ImageSheet("Weights over 50 steps of 12 sequences, and where the key is", [Pictures.Grey(net.Weights(x), "weights α", 0, 1), Pictures.Grey((x < Keys).To(DType.Float32), "key", 0, 1)], 1, 10));
        context.Draw("bilstm-attention-loss.png", Pictures.Curves("One key among 50 tokens", "loss", true, ("training", losses)));
        foreach (var figure in Judge(context, net)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context) => Judge(context, Train(context).Net);

    private static IEnumerable<Figure> Judge(SystemContext context, Pooled net)
    {
        var (x, y, place) = Data(context.Random(9), 500);
        yield return Figure.AtLeast("accuracy", Learn.Accuracy(net, x, y), 0.99);
        var (onKey, hasKey) = ((net.Weights(x) * place.OneHot(T, DType.Float32)).Sum(1), (y < Keys).To(DType.Float32));
        yield return Figure.AtLeast("mean weight of the key", ((onKey * hasKey).Sum() / hasKey.Sum()).Item(), 0.9);
    }

    private static (Pooled Net, double[] Losses) Train(SystemContext context)
    {
        var net = new Pooled(context.Random());
        var random = context.Random(1);
        return (net, Learn.Steps(new Adam(net.Parameters(), 0.01), 300, _ => { var (x, y, _) = Data(random, 32); return [x, y]; }, data => Loss.CrossEntropy(net.Forward(data[0]), data[1])));
    }

    private static (Tensor X, Tensor Y, Tensor Place) Data(RandomStream random, int n)
    {
        Tensor noise = random.Integers([n, T], Keys, Tokens).Realize(), kind = random.Integers([n], 0, Classes).Realize(), place = random.Integers([n], 0, T).Realize();
        var isKey = place.OneHot(T, DType.Bool) & (kind < Keys).Unsqueeze(1);
        return (isKey.Where(kind.Unsqueeze(1), noise).Realize(), kind, place);
    }

    private sealed class Pooled(RandomStream random) : Module
    {
        public Embedding Embedding { get; } = new(Tokens, 16, random);

        public LSTM Lstm { get; } = new(16, 16, batchFirst: true, bidirectional: true, random: random);

        public BahdanauAttention Attention { get; } = new(1, 32, 16, random);

        public Linear Head { get; } = new(32, Classes, random: random);

        public Tensor Weights(Tensor x) => Attention.Forward(null, States(x)).Weights.Realize();

        public override Tensor Forward(Tensor x) => Head.Forward(Attention.Forward(States(x)));

        private Tensor States(Tensor x) => Lstm.Forward(Embedding.Forward(x));
    }
}
