using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.2.2: the n words before predict the next.</summary>
internal sealed class FixedWindow() : CourseSystem("10.fixed-window", "A fixed window of words", "n previous words predict the next: a small n loses context, a large one is costly.")
{
    public override void Run(SystemContext context)
    {
        int[] windows = [1, 2, 4, 6, 7];
        var right = windows.Select(n => Window(context, n).Right).ToArray();
        for (var k = 0; k < windows.Length; k++) context.Out.WriteLine($"window {windows[k]}: {right[k]:P0} of the closing brackets, {Window(context, windows[k]).Parameters} parameters");
        context.Draw("fixed-window.png", new Plotting.CurvePlot("Closing brackets that are right; the opening one is 7 symbols back", "window", "share") { WholeX = true }.Add("n-gram network", [.. windows.Select(n => (double)n)], right));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var test = Tensor.From(Brackets.Sentences(new Random((int)context.Seed + 50), 1000), [1000, Brackets.Length]);
        yield return Figure.Equal("window of 3: right closing brackets, chance is ½", Window(context, 3).Right, 0.5, 0.1);
        yield return Figure.AtLeast("recurrent network: right closing brackets", Brackets.Train(context).Net.LastRight(test), 0.99);
        yield return Figure.AtLeast("parameters of a window of 7 / of 3", Window(context, 7).Parameters / (double)Window(context, 3).Parameters, 1.5);
    }

    /// <summary>One-hot words of the window → 32 units → logits of the next symbol, for the closing bracket.</summary>
    private static (double Right, long Parameters) Window(SystemContext context, int n)
    {
        var net = Learn.Mlp(context.Random(n), () => new ReLU(), n * Brackets.Symbols, 32, Brackets.Symbols);
        var random = new Random((int)context.Seed);
        (Tensor X, Tensor Y) Data(int count)
        {
            var words = Tensor.From(Brackets.Sentences(random, count), [count, Brackets.Length]);
            return (words.Narrow(1, Brackets.Length - 1 - n, n).OneHot(Brackets.Symbols, DType.Float32).Reshape(count, n * Brackets.Symbols), words.Select(1, Brackets.Length - 1));
        }
        Learn.Steps(new Adam(net.Parameters(), 0.01), 200, _ => { var (x, y) = Data(64); return [x.Realize(), y.Realize()]; }, data => Loss.CrossEntropy(net.Forward(data[0]), data[1]));
        var test = Data(1000);
        return (Learn.Accuracy(net, test.X, test.Y), net.ParameterCount);
    }
}
