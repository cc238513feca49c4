using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.1.2: one image in, a sentence out. A convolutional encoder makes the first state of a GRU, which says a word at a time and hears it again.</summary>
internal sealed class Captions() : CourseSystem("10.one-to-many", "One to many: captions of shapes", "Image captioning turns one image into a sequence of words.")
{
    private const int Side = 16, Start = 8, End = 9, Length = 3;
    private static readonly string[] Words = ["red", "green", "blue", "circle", "square", "cross", "left", "right", "<start>", "<end>"];

    public override void Run(SystemContext context)
    {
        var (net, losses) = Train(context);
        var (images, words) = Shapes(context.Random(9), 10);
        var said = net.Greedy(images);
        string Text(Tensor numbers, int k) => string.Join(' ', numbers.Select(0, k).ToDoubles().Where(w => w != End).Select(w => Words[(int)w]));
        for (var k = 0; k < 3; k++) context.Out.WriteLine($"{Text(said, k)}; by beam: {string.Join(' ', net.Beam(images.Narrow(0, k, 1), 3).Words.Where(w => w != End).Select(w => Words[w]))}; true: {Text(words, k)}");
        context.Draw("one-to-many.png", new ImageSheet("Captions of test images", [.. Enumerable.Range(0, 10).Select(k => new SheetImage(images.Select(0, k).Permute(1, 2, 0).ToDoubles().Select(v => (byte)Math.Clamp(255 * v, 0, 255)).ToArray(), Side, Side, Text(said, k)) { Channels = 3, Wrong = Text(said, k) != Text(words, k) })], 5, 8));
        context.Draw("one-to-many-loss.png", Pictures.Curves("Captions", "loss", true, ("training", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (net, _) = Train(context);
        var (images, words) = Shapes(context.Random(9), 400);
        yield return Figure.AtLeast("captions that are right in every word", net.Greedy(images).Eq(words).All(1).To(DType.Float32).Mean().Item(), 0.95);
        var better = Enumerable.Range(0, 20).Min(k => net.Beam(images.Narrow(0, k, 1), 3).LogProbability - net.Beam(images.Narrow(0, k, 1), 1).LogProbability);
        yield return Figure.AtLeast("log-probability of a beam of 3 minus that of a beam of 1, the least of 20", better, -1e-5);
    }

    private static (Captioner Net, double[] Losses) Train(SystemContext context)
    {
        var net = new Captioner(context.Random());
        var random = context.Random(1);
        var losses = Learn.Steps(new Adam(net.Parameters(), 5e-3), 400, _ => { var (x, y) = Shapes(random, 48); return [x, y]; }, data =>
        {
            // Teacher forcing: the decoder hears the true words, behind <start>.
            var heard = Tensor.Concat([Tensor.Full([data[1].Shape[0], 1], Start, DType.Int64), data[1].Narrow(1, 0, Length)], 1);
            return Loss.CrossEntropy(net.Say(heard, net.See(data[0])).Logits.Reshape(-1, Words.Length), data[1].Reshape(-1));
        }, new CosineSchedule(400, 0, 0.02));
        return (net, losses);
    }

    /// <summary>Images [n, 3, side, side] of one shape at a random place in the left or right half, and captions [n, 4].</summary>
    private static (Tensor Images, Tensor Words) Shapes(RandomStream random, int n)
    {
        Tensor Pick(int low, int high) => random.Integers([n, 1, 1], low, high).Realize();
        Tensor color = Pick(0, 3), shape = Pick(0, 3), right = Pick(0, 2), cx = Pick(3, 6) + right * 7, cy = Pick(4, 12), size = Pick(2, 4);
        Tensor x = Tensor.Arange(0, Side, 1, DType.Int64).Reshape(1, 1, Side) - cx, y = Tensor.Arange(0, Side, 1, DType.Int64).Reshape(1, Side, 1) - cy;
        var circle = x * x + y * y <= size * size;
        var square = x.Abs().Maximum(y.Abs()) <= size - 1;
        var cross = (x.Eq(0) & (y.Abs() <= size)) | (y.Eq(0) & (x.Abs() <= size));
        var inside = (shape.Eq(0) & circle) | (shape.Eq(1) & square) | (shape.Eq(2) & cross);
        var channels = Tensor.Arange(0, 3, 1, DType.Int64).Reshape(1, 3, 1, 1).Eq(color.Unsqueeze(1)) & inside.Unsqueeze(1);
        var images = channels.To(DType.Float32) * 0.9 + random.Uniform([n, 3, Side, Side], 0, 0.1);
        var words = Tensor.Concat([color.Reshape(n, 1), shape.Reshape(n, 1) + 3, right.Reshape(n, 1) + 6, Tensor.Full([n, 1], End, DType.Int64)], 1);
        return (images.Realize(), words.Realize());
    }

    private sealed class Captioner(RandomStream random) : Module
    {
        private const int Units = 32;

        public Sequential Encoder { get; } = new(new Conv2d(3, 12, 3, padding: 1, random: random), new ReLU(), new MaxPool2d(2), new Conv2d(12, 16, 3, padding: 1, random: random), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(16 * 16, Units, random: random), new LayerNorm(Units), new Tanh());

        public Embedding Embedding { get; } = new(Words.Length, 8, random);

        public GRU Decoder { get; } = new(8, Units, batchFirst: true, random: random);

        public Linear Head { get; } = new(Units, Words.Length, random: random);

        public Tensor See(Tensor images) => Encoder.Forward(images).Unsqueeze(0);

        public (Tensor Logits, Tensor State) Say(Tensor words, Tensor state)
        {
            var (y, last) = Decoder.Forward(Embedding.Forward(words), state);
            return (Head.Forward(y), last);
        }

        /// <summary>The likeliest word at each step, [n, 4].</summary>
        public Tensor Greedy(Tensor images)
        {
            var (state, word) = (See(images), Tensor.Full([images.Shape[0], 1], Start, DType.Int64));
            var said = new Tensor[Length + 1];
            for (var t = 0; t <= Length; t++)
            {
                (var logits, state) = Say(word, state);
                said[t] = word = logits.ArgMax(-1).Realize();
            }
            return Tensor.Concat(said, 1);
        }

        /// <summary>Keeps the likeliest beginnings of a sentence, as many as the beam is wide, and goes on with each.</summary>
        public (int[] Words, double LogProbability) Beam(Tensor image, int width)
        {
            var beams = new List<(int[] Words, double Score, Tensor State)> { ([], 0, See(image)) };
            for (var t = 0; t <= Length; t++)
                beams = [.. beams.SelectMany(beam =>
                {
                    var (logits, state) = Say(Tensor.From([(long)(beam.Words.Length == 0 ? Start : beam.Words[^1])], [1, 1]), beam.State);
                    var scores = logits.LogSoftmax().ToDoubles();
                    return scores.Select((score, word) => ((int[])[.. beam.Words, word], beam.Score + score, state));
                }).OrderByDescending(beam => beam.Item2).Take(width)];
            return (beams[0].Words, beams[0].Score);
        }

        public override Tensor Forward(Tensor x) => See(x);
    }
}
