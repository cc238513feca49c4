using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.4.6: of the applications that it lists, a forecast of a series, text letter by letter, and a melody.</summary>
internal sealed class Applications() : CourseSystem("10.applications", "A forecast, a text and a melody", "Translation, summaries, sentiment, chatbots, text, speech, music, series, captions.")
{
    private const string Text = "a net that reads a word and keeps a state can say the word that comes next. a state that keeps what it reads can say what comes later. ";

    // "Twinkle, twinkle": pitches of the scale of C, two lines.
    private const string Melody = "CCGGAAGFFEEDDCGGFFEEDGGFFEEDCCGGAAGFFEEDDC";

    public override void Run(SystemContext context)
    {
        var (forecast, truth, seen) = Forecast(context);
        double[] time = [.. Enumerable.Range(0, 100).Select(t => (double)t)];
        context.Draw("applications.png", new CurvePlot("A noisy sine, one step ahead", "step", "value").Add(new("measured", time, seen[..100]) { PointsOnly = true }).Add("forecast", time, forecast[..100]).Add(new("next value", time, truth[..100]) { Dashed = true }));
        var text = LetterModel.Train(context, Text, 400);
        context.Out.WriteLine($"text: {text.Say("a net", 60)}");
        var melody = LetterModel.Train(context, Melody, 300);
        context.Out.WriteLine($"melody: {melody.Say("CCG", 30)}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (forecast, truth, seen) = Forecast(context);
        double Error(double[] guess) => guess.Zip(truth, (a, b) => (a - b) * (a - b)).Average();
        yield return Figure.AtLeast("forecast: error of the last value / error of the network", Error(seen) / Error(forecast), 5);
        yield return Figure.AtLeast("text: share of 40 letters behind \"a net that reads\" that are right", Share(LetterModel.Train(context, Text, 400).Say("a net that reads", 40), Text), 0.9);
        yield return Figure.AtLeast("melody: share of 20 notes behind \"CCGGAAGF\" that are right", Share(LetterModel.Train(context, Melody, 300).Say("CCGGAAGF", 20), Melody), 0.9);
    }

    private static double Share(string said, string truth) => said.Zip(truth, (a, b) => a == b ? 1.0 : 0).Average();

    /// <summary>Sines of period 20 with noise of deviation 0.05; a GRU names the next measured value. Forecast, next value and present value of one series.</summary>
    private static (double[] Forecast, double[] Truth, double[] Seen) Forecast(SystemContext context)
    {
        const int length = 120;
        var random = context.Random();
        Tensor Series(int n)
        {
            var phase = random.Uniform([1, n, 1], 0, 2 * Math.PI);
            var angle = Tensor.Arange(0, length + 1, 1).Reshape(length + 1, 1, 1) * (2 * Math.PI / 20) + phase;
            return (angle.Sin() + random.Normal([length + 1, n, 1], 0, 0.05)).Realize();
        }
        var net = new Sequential(new GRU(1, 16, random: context.Random(1)), new Linear(16, 1, random: context.Random(2)));
        Learn.Steps(new Adam(net.Parameters(), 0.01), 250, _ => [Series(16)], data => (net.Forward(data[0].Narrow(0, 0, length)) - data[0].Narrow(0, 1, length)).Square().Mean());
        var test = Series(1);
        return (net.Forward(test.Narrow(0, 0, length)).ToDoubles(), test.Narrow(0, 1, length).ToDoubles(), test.Narrow(0, 0, length).ToDoubles());
    }

    /// <summary>An LSTM that names the next letter of a text.</summary>
    private sealed class LetterModel(string letters, RandomStream random) : Module
    {
        public Embedding Embedding { get; } = new(letters.Length, 16, random);

        public LSTM Lstm { get; } = new(16, 48, random: random);

        public Linear Head { get; } = new(48, letters.Length, random: random);

        public static LetterModel Train(SystemContext context, string text, int steps)
        {
            var model = new LetterModel(string.Concat(text.Distinct().Order()), context.Random(3));
            var x = model.Numbers(text);
            Learn.Steps(new Adam(model.Parameters(), 0.01), steps, () => Loss.CrossEntropy(model.Forward(x.Narrow(0, 0, x.Shape[0] - 1)).Squeeze(1), x.Narrow(0, 1, x.Shape[0] - 1).Squeeze(1)), clipNorm: 1);
            return model;
        }

        /// <summary>Goes on from a beginning, always with the likeliest letter.</summary>
        public string Say(string beginning, int count)
        {
            var (y, state) = Lstm.Forward(Embedding.Forward(Numbers(beginning)), null);
            for (var k = 0; k < count; k++)
            {
                beginning += letters[(int)Head.Forward(y.Select(0, y.Shape[0] - 1)).ArgMax(-1).Item()];
                (y, state) = Lstm.Forward(Embedding.Forward(Numbers(beginning[^1..])), state);
            }
            return beginning;
        }

        public override Tensor Forward(Tensor x) => Head.Forward(Lstm.Forward(Embedding.Forward(x)));

        private Tensor Numbers(string text) => Tensor.From([.. text.Select(c => (long)letters.IndexOf(c, StringComparison.Ordinal))], [text.Length, 1]);
    }
}
