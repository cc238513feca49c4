using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>A language with a long dependency: an opening bracket of one of two kinds, noise, and the bracket that closes it.</summary>
internal static class Brackets
{
    /// <summary>Symbols: two opening, two closing, four of noise.</summary>
    public const int Symbols = 8;

    /// <summary>Symbols of noise between the brackets.</summary>
    public const int Noise = 6;

    /// <summary>Length of a sentence.</summary>
    public const int Length = Noise + 2;

    /// <summary>Sentences [count, <see cref="Length"/>].</summary>
    public static long[] Sentences(Random random, int count)
    {
        var words = new long[count * Length];
        for (var s = 0; s < count; s++)
        {
            var kind = random.Next(2);
            words[s * Length] = kind;
            for (var k = 1; k <= Noise; k++) words[s * Length + k] = 4 + random.Next(4);
            words[s * Length + Length - 1] = 2 + kind;
        }
        return words;
    }

    /// <summary>A recurrent language model that is trained to predict each next symbol.</summary>
    public static (Model Net, double[] Losses) Train(SystemContext context)
    {
        var net = new Model(context.Random());
        var random = new Random((int)context.Seed);
        var losses = Learn.Steps(new Adam(net.Parameters(), 0.01), context.Pick(400, 300), _ => [Tensor.From(Sentences(random, 64), [64, Length])], data => net.NextLoss(data[0]));
        return (net, losses);
    }

    /// <summary>Embedding → LSTM → logits of the next symbol.</summary>
    public sealed class Model(RandomStream random) : Module
    {
        public Embedding Embedding { get; } = new(Symbols, 8, random);

        public LSTM Lstm { get; } = new(8, 24, batchFirst: true, forgetBias: 1, random: random);

        public Linear Head { get; } = new(24, Symbols, random: random);

        public override Tensor Forward(Tensor x) => Head.Forward(Lstm.Forward(Embedding.Forward(x)));

        /// <summary>Mean cross entropy of the symbols behind the first.</summary>
        public Tensor NextLoss(Tensor words) =>
            Loss.CrossEntropy(Forward(words.Narrow(1, 0, Length - 1)).Reshape([-1, Symbols]), words.Narrow(1, 1, Length - 1).Reshape(-1));

        /// <summary>Share of right last symbols.</summary>
        public double LastRight(Tensor words) =>
            Forward(words.Narrow(1, 0, Length - 1)).Select(1, Length - 2).ArgMax(-1).Eq(words.Select(1, Length - 1)).To(DType.Float32).Mean().Item();
    }
}
