using CudaNet.Nn;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Digits to be said backwards, and two networks that learn it.</summary>
internal static class Reversal
{
    /// <summary>Digits 0 to 9, the end, and the start that the decoder hears first; it also fills what is behind an end.</summary>
    public const int End = 10, Start = 11, Tokens = 12;

    /// <summary>Sequences of random lengths: source [n, longest], lengths [n], and target [n, longest + 1] with its end.</summary>
    public static Tensor[] Batch(RandomStream random, int n, int shortest, int longest)
    {
        Tensor digits = random.Integers([n, longest], 0, 10).Realize(), lengths = random.Integers([n, 1], shortest, longest + 1).Realize();
        var place = Tensor.Arange(0, longest + 1, 1, DType.Int64).Unsqueeze(0);
        var source = (place.Narrow(1, 0, longest) < lengths).Where(digits, Start);
        // Target j is source length − 1 − j, then the end, then filling.
        var reversed = source.Gather((lengths - 1 - place).Maximum(0).Minimum(longest - 1), 1);
        var target = (place < lengths).Where(reversed, place.Eq(lengths).Where(Tensor.Full(reversed.Shape, End, DType.Int64), Start));
        return [source.Realize(), lengths.Reshape(n).Realize(), target.Realize()];
    }

    /// <summary>Cross entropy of the target, the decoder hearing the true words (teacher forcing); filling does not count.</summary>
    public static Tensor Loss(IReversal net, IReadOnlyList<Tensor> batch)
    {
        var (n, steps) = (batch[2].Shape[0], batch[2].Shape[1]);
        var heard = Tensor.Concat([Tensor.Full([n, 1], Start, DType.Int64), batch[2].Narrow(1, 0, steps - 1)], 1);
        return Nn.Loss.CrossEntropy(net.Say(batch[0], batch[1], heard).Reshape(-1, Tokens), batch[2].Reshape(-1), ignoreIndex: Start);
    }

    /// <summary>Share of sequences that are said without a mistake, the network hearing its own words.</summary>
    public static double ExactMatch(IReversal net, IReadOnlyList<Tensor> batch)
    {
        var said = net.Answer(batch[0], batch[1], (int)batch[2].Shape[1]);
        return (said.Eq(batch[2]) | batch[2].Eq(Start)).All(1).To(DType.Float32).Mean().Item();
    }

    /// <summary>A network that says a sequence backwards.</summary>
    public interface IReversal
    {
        /// <summary>Logits [n, steps, tokens] of the words behind those that it hears.</summary>
        Tensor Say(Tensor source, Tensor lengths, Tensor heard);

        /// <summary>The likeliest word at each step, heard again: [n, steps].</summary>
        Tensor Answer(Tensor source, Tensor lengths, int steps);
    }

    /// <summary>Encoder and decoder with nothing but the last state between them.</summary>
    public sealed class FixedContext(int units, RandomStream random) : Module, IReversal
    {
        public Embedding Embedding { get; } = new(Tokens, 16, random);

        public LSTM Encoder { get; } = new(16, units, batchFirst: true, forgetBias: 1, random: random);

        public LSTM Decoder { get; } = new(16, units, batchFirst: true, forgetBias: 1, random: random);

        public Linear Head { get; } = new(units, Tokens, random: random);

        public Tensor Say(Tensor source, Tensor lengths, Tensor heard) => Head.Forward(Decoder.Forward(Embedding.Forward(heard), See(source, lengths)).Output);

        public Tensor Answer(Tensor source, Tensor lengths, int steps)
        {
            var (state, word, said) = (See(source, lengths), Tensor.Full([source.Shape[0], 1], Start, DType.Int64), new Tensor[steps]);
            for (var t = 0; t < steps; t++)
            {
                (var y, state) = Decoder.Forward(Embedding.Forward(word), state);
                said[t] = word = Head.Forward(y).ArgMax(-1).Realize();
            }
            return Tensor.Concat(said, 1);
        }

        public override Tensor Forward(Tensor x) => Encoder.Forward(Embedding.Forward(x));

        private LSTMState See(Tensor source, Tensor lengths) => Encoder.Forward(Embedding.Forward(source), null, lengths).State;
    }

    /// <summary>A decoder that weighs all states of the encoder at each step (Bahdanau, Cho, Bengio 2015).</summary>
    public sealed class Attending(int units, RandomStream random) : Module, IReversal
    {
        public Embedding Embedding { get; } = new(Tokens, 16, random);

        public GRU Encoder { get; } = new(16, units, batchFirst: true, bidirectional: true, random: random);

        public GRUCell Decoder { get; } = new(16 + 2 * units, units, random: random);

        public BahdanauAttention Attention { get; } = new(units, 2 * units, units, random);

        public Linear Head { get; } = new(3 * units, Tokens, random: random);

        public Tensor Say(Tensor source, Tensor lengths, Tensor heard) => Tensor.Stack([.. Steps(source, lengths, (int)heard.Shape[1], t => heard.Select(1, t)).Select(step => step.Logits)], 1);

        public Tensor Answer(Tensor source, Tensor lengths, int steps) => Tensor.Stack([.. Steps(source, lengths, steps, null).Select(step => step.Logits.ArgMax(-1))], 1).Realize();

        /// <summary>The weights of the source at each step of the answer, [n, steps, source].</summary>
        public Tensor Alignment(Tensor source, Tensor lengths, int steps) => Tensor.Stack([.. Steps(source, lengths, steps, null).Select(step => step.Weights)], 1).Realize();

        public override Tensor Forward(Tensor x) => Encoder.Forward(Embedding.Forward(x));

        /// <summary>e = vᵀ·tanh(W·s + U·h), α = softmax(e), context = Σ α·h, s ← GRU([word; context], s).</summary>
        private List<(Tensor Logits, Tensor Weights)> Steps(Tensor source, Tensor lengths, int steps, Func<int, Tensor>? heard)
        {
            var keys = Encoder.Forward(Embedding.Forward(source), null, lengths).Output;
            // The decoder begins with nothing: all that it learns of the source comes by its weights.
            var (state, projected) = (Tensor.Zeros([source.Shape[0], Decoder.HiddenSize]), Attention.Project(keys));
            var mask = Tensor.Arange(0, source.Shape[1], 1, DType.Int64).Unsqueeze(0) < lengths.Unsqueeze(1);
            var word = Tensor.Full([source.Shape[0]], Start, DType.Int64);
            var all = new List<(Tensor, Tensor)>();
            for (var t = 0; t < steps; t++)
            {
                if (heard is not null) word = heard(t);
                var (seen, weights) = Attention.Forward(state, keys, mask, projected);
                state = Decoder.Forward(Tensor.Concat([Embedding.Forward(word), seen], 1), state);
                var logits = Head.Forward(Tensor.Concat([state, seen], 1));
                all.Add((logits, weights));
                if (heard is null) word = logits.ArgMax(-1);
            }
            return all;
        }
    }
}
