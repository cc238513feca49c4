using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.1.1: h = tanh(W_hhᵀ·h + W_xhᵀ·x), ŷ = W_hyᵀ·h. The notes have no biases; they are an option.</summary>
internal sealed class Elman() : CourseSystem("10.rnn-cell", "The plain recurrent cell", "h = tanh(W_hhᵀ·h + W_xhᵀ·x) is the state after each word, ŷ = W_hyᵀ·h the prediction.")
{
    private const int In = 3, Units = 4, Out = 2, T = 6, Batch = 2;

    public override void Run(SystemContext context)
    {
        var net = new RNN(1, 3, random: context.Random());
        // A single pulse at the first step: what the state keeps of it.
        var h = net.Forward(Tensor.Arange(0, 30, 1).Eq(2).To(DType.Float32).Reshape(30, 1, 1)).Reshape(30, 3);
        context.Draw("rnn-cell.png", Pictures.Curves("The state of three units behind one pulse at step 2", "h", false, [.. Enumerable.Range(0, 3).Select(k => ($"unit {k}", (IReadOnlyList<double>)h.Select(1, k).ToDoubles()))]));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor Draw(params long[] shape) => random.Normal(shape, 0, 0.6, DType.Float64).Realize();
        Tensor x = Draw(T, Batch, In), h0 = Draw(Batch, Units), xh = Draw(In, Units), hh = Draw(Units, Units), hy = Draw(Units, Out);
        // The op takes W as PyTorch does, [to, from]: the transpose of the notes' W_hh.
        static Tensor Fused(Tensor[] at) => Tensor.RnnSequence(at[0].MatMul(at[2]), at[1], at[3].T).MatMul(at[4]);
        yield return Figure.AtMost("one op a sequence minus the formula, step by step", Differences.Largest(Fused([x, h0, xh, hh, hy]), Formula(x, h0, xh, hh, hy)), 1e-12);
        yield return Figure.AtMost("single precision minus the formula", Differences.Largest(Fused([.. new[] { x, h0, xh, hh, hy }.Select(t => t.To(DType.Float32))]), Formula(x, h0, xh, hh, hy)), 1e-6);
        yield return Figure.AtMost("gradient of x, h₀ and the three weights through time minus differences", Differences.OfGradient(Fused, x, h0, xh, hh, hy), 1e-5);
        Tensor half = Tensor.Full([1, 1], 0.5, DType.Float64), golden = Tensor.RnnSequence(half.Reshape(1, 1, 1).ExpandTo([2, 1, 1]), Tensor.Zeros([1, 1], DType.Float64), half);
        yield return Figure.AtMost("weights of ½, x = 1: minus 0.4621172, 0.6237125", Differences.Largest(golden, 0.4621172, 0.6237125), 1e-7);
        var net = new RNN(In, Units, bias: false, random: random, type: DType.Float64);
        net.LoadStateDict(new Dictionary<string, Tensor> { ["weight_ih_l0"] = xh.T, ["weight_hh_l0"] = hh.T });
        yield return Figure.AtMost("the module without biases minus the formula", Differences.Largest(net.Forward(x, h0.Unsqueeze(0)).Output.MatMul(hy), Formula(x, h0, xh, hh, hy)), 1e-12);
    }

    private static Tensor Formula(Tensor x, Tensor h, Tensor xh, Tensor hh, Tensor hy)
    {
        var y = new List<Tensor>();
        foreach (var word in x.Unbind())
        {
            h = (h.MatMul(hh) + word.MatMul(xh)).Tanh();
            y.Add(h.MatMul(hy));
        }
        return Tensor.Stack([.. y]);
    }
}

/// <summary>Section 10.1: the loop drawn as a chain of copies that share their weights.</summary>
internal sealed class SharedWeights() : CourseSystem("10.unrolled", "The unrolled view: copies that share weights", "The same weights are used at each timestep.")
{
    private const int T = 7;

    public override void Run(SystemContext context)
    {
        var cell = new RNNCell(2, 3, random: context.Random());
        var x = Inputs(context, DType.Float32).Narrow(0, 0, 3);
        context.Write("unrolled.dot", Graphs.Graph.ToDot(Loop(cell, x).Sum()));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = Inputs(context, DType.Float64);
        var net = new RNN(2, 3, random: context.Random(), type: DType.Float64);
        var cell = new RNNCell(2, 3, type: DType.Float64);
        cell.LoadStateDict(net.StateDict().ToDictionary(entry => entry.Key[..^"_l0".Length], entry => entry.Value));
        yield return Figure.AtMost("a loop over the cell minus the sequence", Differences.Largest(Loop(cell, x), net.Forward(x)), 1e-6);
        yield return Figure.AtMost("the same for the gradient of W_hh", Differences.Largest(Grad.Of(Loop(cell, x).Square().Sum(), cell.WeightHh), Grad.Of(net.Forward(x).Square().Sum(), net.NamedParameters().Single(p => p.Name == "weight_hh_l0").Parameter)), 1e-6);
        // A copy of W for each step: the gradient of the shared W is the sum of theirs.
        Tensor w = cell.WeightHh.Value.Realize(), h = Tensor.Zeros([2, 3], DType.Float64);
        Tensor[] copies = [.. Enumerable.Range(0, T).Select(_ => (w + 0).Realize())];
        var given = (x.MatMul(cell.WeightIh.Value.T) + cell.BiasIh!.Value + cell.BiasHh!.Value).Realize();
        var states = new Tensor[T];
        for (var t = 0; t < T; t++) states[t] = h = (given.Select(0, t) + h.MatMul(copies[t].T)).Tanh();
        var each = Grad.Of(Tensor.Stack(states).Square().Sum(), copies);
        yield return Figure.AtMost("gradient of the shared W minus the sum over untied copies", Differences.Largest(Grad.Of(net.Forward(x).Square().Sum(), net.NamedParameters().Single(p => p.Name == "weight_hh_l0").Parameter), each.Aggregate((a, b) => a + b)), 1e-6);
        yield return Figure.Equal("parameters, whatever the length", net.ParameterCount, 2 * 3 + 3 * 3 + 3 + 3);
    }

    private static Tensor Loop(RNNCell cell, Tensor x)
    {
        Tensor? h = null;
        return Tensor.Stack([.. x.Unbind().Select(step => h = cell.Forward(step, h))]);
    }

    private static Tensor Inputs(SystemContext context, DType type) => context.Random(1).Normal([T, 2, 2], type: type).Realize();
}
