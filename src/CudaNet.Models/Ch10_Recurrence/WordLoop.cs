using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.1.1, the notes' loop: a state of four zeros, four words in, and the fifth is expected.</summary>
internal sealed class WordLoop() : CourseSystem("10.word-loop", "Predicting word by word", "Fed \"I love recurrent neural\" word by word, the network is expected to say \"networks!\".")
{
    private static readonly string[] Words = ["I", "love", "recurrent", "neural", "networks!"];

    public override void Run(SystemContext context)
    {
        var rnn = new WordRnn(context.Random());
        var losses = Train(rnn);
        context.Out.WriteLine($"{string.Join(' ', Words[..4])} → {Predicted(rnn)}");
        context.Draw("word-loop.png", Pictures.Curves("Learning one sentence", "loss", true, ("cross entropy of the next word", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var rnn = new WordRnn(context.Random());
        yield return Figure.Equal("size of the state", rnn.Cell.HiddenSize, 4);
        var losses = Train(rnn);
        yield return Figure.Holds("the word behind \"I love recurrent neural\" is \"networks!\"", Predicted(rnn) == "networks!");
        yield return Figure.AtMost("last loss / first loss", losses[^1] / losses[0], 0.1);
    }

    private static string Predicted(WordRnn rnn)
    {
        var state = Tensor.From([0f, 0, 0, 0]);
        Tensor? prediction = null;
        foreach (var word in Words[..4]) (prediction, state) = rnn.Step(OneHot(word), state);
        return Words[(int)prediction!.ArgMax(-1).Item()];
    }

    private static double[] Train(WordRnn rnn) => Learn.Steps(new Adam(rnn.Parameters(), 0.05), 150, () =>
    {
        var state = Tensor.From([0f, 0, 0, 0]);
        var predictions = new Tensor[4];
        for (var t = 0; t < 4; t++) (predictions[t], state) = rnn.Step(OneHot(Words[t]), state);
        return Loss.CrossEntropy(Tensor.Stack(predictions), Tensor.From(1L, 2L, 3L, 4L));
    });

    private static Tensor OneHot(string word) => Tensor.Scalar((long)Array.IndexOf(Words, word)).OneHot(Words.Length, DType.Float32);

    /// <summary>(prediction, state) = rnn(word, state).</summary>
    private sealed class WordRnn(RandomStream random) : Module
    {
        public RNNCell Cell { get; } = new(Words.Length, 4, random: random);

        public Linear Output { get; } = new(4, Words.Length, random: random);

        public (Tensor Prediction, Tensor State) Step(Tensor word, Tensor state)
        {
            state = Cell.Forward(word, state);
            return (Output.Forward(state), state);
        }

        public override Tensor Forward(Tensor x) => Output.Forward(Cell.Forward(x));
    }
}
