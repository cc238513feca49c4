using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Section 14.6. The index i of the notes counts pairs, not dimensions.</summary>
internal sealed class Sinusoidal() : CourseSystem("14.sinusoidal-encoding", "Sinusoidal positions", "PE(p, 2i) = sin(p/10000^(2i/d)) and PE(p, 2i+1) = cos: nothing is learned, and PE(p + k) is linear in PE(p).")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        context.Draw("sinusoidal.png", new Plotting.ImageSheet("Positions 0 … 99 (down), 64 dimensions (across)", [Pictures.Grey(SinusoidalEncoding.Table(100, 64), "PE", -1, 1)], 1, 6));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor Table(long length, long size) => SinusoidalEncoding.Table(length, size, type: DType.Float64);
        yield return Figure.AtMost("size 8, position 3, minus the golden values", Differences.Largest(Table(4, 8).Select(0, 3), 0.1411200081, -0.9899924966, 0.2955202067, 0.9553364891, 0.0299955002, 0.9995500337, 0.0029999955, 0.9999955), 1e-9);
        yield return Figure.AtMost("size 512, position 100", Differences.Largest(Table(101, 512).Select(0, 100).Take(Tensor.From(0L, 1, 256, 511)), -0.5063656411, 0.8623188723, 0.8414709848, 0.9999462701), 1e-9);
        var all = Table(200, 32);
        yield return Figure.AtMost("squared norm minus half the size", (all.Square().Sum(1) - 16).Abs().Max().Item(), 1e-12);
        const int k = 7;
        Tensor from = all.Narrow(0, 0, 200 - k), to = all.Narrow(0, k, 200 - k);
        var map = Linalg.LeastSquares(from, to);
        yield return Figure.AtMost("PE(p + 7) minus the best linear map of PE(p)", Differences.Largest(from.MatMul(map), to), 1e-10);
        double worst = 0;
        for (var i = 0; i < 16; i++)
        {
            var angle = k * Math.Pow(10000, -2.0 * i / 32);
            var turn = Tensor.From(new[,] { { Math.Cos(angle), -Math.Sin(angle) }, { Math.Sin(angle), Math.Cos(angle) } });
            worst = Math.Max(worst, Differences.Largest(from.Narrow(1, 2 * i, 2).MatMul(turn), to.Narrow(1, 2 * i, 2)));
        }
        yield return Figure.AtMost("minus the rotation of each pair", worst, 1e-12);
        var random = context.Random();
        var layer = new TransformerEncoderLayer(new(16, 2, 32), random).Eval();
        Tensor words = random.Normal([1, 3, 16]).Realize(), order = Tensor.From(2L, 1, 0);
        Tensor Moved(Func<Tensor, Tensor> net) => net(words.Take(order, 1)).Take(order, 1);
        yield return Figure.AtMost("dog bites man, man bites dog: without positions", Differences.Largest(Moved(layer.Forward), layer.Forward(words)), 1e-6);
        var positions = new SinusoidalEncoding(16);
        yield return Figure.AtLeast("with positions", Differences.Largest(Moved(x => layer.Forward(positions.Forward(x))), layer.Forward(positions.Forward(words))), 1e-2);
    }
}

/// <summary>Sections 14.2 and 14.15.3.</summary>
internal sealed class FeedForwardSystem() : CourseSystem("14.feed-forward", "Position-wise feed-forward net", "The same two layers at every position: four times wider, and back.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var net = new Sequential(new Linear(16, 64, random: random), new GELU(), new Linear(64, 16, random: random));
        Tensor x = random.Normal([2, 48, 16]).Realize(), order = random.Permutation(48).Realize();
        yield return Figure.AtMost("positions in another order give results in that order", Differences.Largest(net.Forward(x.Take(order, 1)), net.Forward(x).Take(order, 1)), 0);
        var gradient = Grad.Of(net.Forward(x).Select(1, 2).Sum(), x);
        yield return Figure.AtMost("slope of one position by another", gradient.Abs().Sum((int[])[0, 2]).ToDoubles().Where((_, k) => k != 2).Max(), 0);
        yield return Figure.AtLeast("slope by its own", gradient.Select(1, 2).Abs().Max().Item(), 1e-3);
        yield return Figure.Equal("parameters of 512 and 2,048", Model.FromShapes(() => new Sequential(new Linear(512, 2048), new Linear(2048, 512))).ParameterCount, 512 * 2048 * 2 + 2048 + 512);
        // In one plan the activation is part of the product's step.
        var plan = Compiled.PlanOf(a => [net.Forward(a[0])], x);
        yield return Figure.AtMost("steps of its plan", plan.Steps.Count, 2);
    }
}

/// <summary>Section 14.8 and 14.15.3: "casual" in the notes is causal, and what is set to −∞ lies strictly above the diagonal.</summary>
internal sealed class Masking() : CourseSystem("14.masking", "Causal and padding masks", "Scores of what must not be seen become −∞ before the softmax.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var model = new Transformers.Gpt2(new(3, 32, 4, 50, 32), random).Eval();
        var tokens = random.Integers([1, 20], 0, 50).Realize();
        var changed = tokens.IndexCopy(Tensor.From([12L]), (tokens.Narrow(1, 12, 1) + 1) % 50, 1);
        Tensor before = model.Forward(tokens), after = model.Forward(changed);
        yield return Figure.AtMost("token 12 changed: logits before it", Differences.Largest(before.Narrow(1, 0, 12), after.Narrow(1, 0, 12)), 0);
        yield return Figure.AtLeast("logits from it on", Differences.Largest(before.Narrow(1, 12, 8), after.Narrow(1, 12, 8)), 1e-3);
        Tensor q = random.Normal([1, 2, 6, 8]).Realize(), v = random.Normal([1, 2, 6, 8]).Realize();
        var weights = Attention.Weights(q, q, causal: true);
        yield return Figure.AtMost("weights above the diagonal", weights.Triu(1).Abs().Max().Item(), 0);
        yield return Figure.AtMost("the first row is the first value", Differences.Largest(q.ScaledDotProductAttention(q, v, causal: true).Select(2, 0), v.Select(2, 0)), 1e-6);
        var encoder = new TransformerEncoder(new(32, 4, 64), 2, random: random).Eval();
        var rows = random.Normal([1, 5, 32]).Realize();
        var padded = Tensor.Concat([rows, random.Normal([1, 3, 32])], 1).Realize();
        var padding = Tensor.From([false, false, false, false, false, true, true, true], [1, 8]);
        yield return Figure.AtMost("padded text minus the text alone", Differences.Largest(encoder.Forward(padded, padding).Narrow(1, 0, 5), encoder.Forward(rows)), 1e-5);
    }
}
