using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.4.1; no formula is given there. i, f, o = σ(W·x + U·h + b), g = tanh(W·x + U·h + b), C = f ⊙ C + i ⊙ g, h = o ⊙ tanh(C), with the gates in
/// the order i, f, g, o. The notes count four gates: three are gates, g is the candidate.</summary>
internal sealed class LstmSystem() : CourseSystem("10.lstm", "Long short-term memory", "Gates between 0 and 1 decide what the cell state, a conveyor belt, forgets, stores and shows.")
{
    public override void Run(SystemContext context)
    {
        var lstm = new LSTM(1, 3, forgetBias: 3, random: context.Random());
        var cell = new LSTMCell(1, 3);
        cell.LoadStateDict(lstm.StateDict().ToDictionary(e => e.Key[..^3], e => e.Value));
        var (kept, state) = (new List<double>(), (LSTMState?)null);
        for (var t = 0; t < 40; t++)
        {
            state = cell.Forward(Tensor.From(new[] { t == 2 ? 3f : 0 }, [1, 1]), state);
            kept.Add(state.Value.Cell.Select(1, 0).Item());
        }
        context.Draw("lstm.png", Pictures.Curves("A cell with forget bias 3 behind a pulse at step 2", "C", false, ("cell state", kept)));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor Draw(params long[] shape) => random.Normal(shape, 0, 0.6, DType.Float64).Realize();
        Tensor x = Draw(5, 2, 3), h0 = Draw(2, 4), c0 = Draw(2, 4), w = Draw(16, 3), u = Draw(16, 4), b = Draw(16);
        static Tensor Fused(Tensor[] at) => Tensor.LstmSequence(at[0].MatMul(at[3].T) + at[5], at[1], at[2], at[4]).Narrow(0, 0, 2);
        yield return Figure.AtMost("h and C minus the formula, step by step", Differences.Largest(Fused([x, h0, c0, w, u, b]), Formula(x, h0, c0, w, u, b)), 1e-12);
        yield return Figure.AtMost("gradient of x, h₀, C₀, W, U and b through time minus differences", Differences.OfGradient(Fused, x, h0, c0, w, u, b), 1e-5);
        yield return Figure.AtMost("single precision minus the formula", Differences.Largest(Fused([.. new[] { x, h0, c0, w, u, b }.Select(t => t.To(DType.Float32))]), Formula(x, h0, c0, w, u, b)), 1e-6);
        Tensor half = Tensor.Full([2, 1, 4], 0.5, DType.Float64), zero = Tensor.Zeros([1, 1], DType.Float64);
        var golden = Tensor.LstmSequence(half, zero, zero, Tensor.Full([4, 1], 0.5, DType.Float64));
        yield return Figure.AtMost("weights of ½, x = 1: minus (C, h) = (0.2876491, 0.1742697), (0.5241157, 0.3090589)", Differences.Largest(golden.Narrow(0, 0, 2).Flatten(), 0.1742697, 0.3090589, 0.2876491, 0.5241157), 1e-7);
        // f = σ(40) = 1 and i = σ(−1000) = 0 in single precision: the conveyor belt carries C without loss.
        var gates = Tensor.Concat(Tensor.Full([1000, 1, 8], -1000.0), Tensor.Full([1000, 1, 8], 40.0), Tensor.Full([1000, 1, 8], 1.0), Tensor.Full([1000, 1, 8], 0.0)).Reshape(4, 1000, 1, 8).Permute(1, 2, 0, 3).Reshape(1000, 1, 32);
        var carried = random.Normal([1, 8]).Realize();
        yield return Figure.AtMost("f = 1, i = 0: change of C in 1,000 steps", Differences.Largest(Tensor.LstmSequence(gates, Tensor.Zeros([1, 8]), carried, Tensor.Zeros([32, 8])).Select(0, 1).Select(0, 999), carried), 0);
    }

    private static Tensor Formula(Tensor x, Tensor h, Tensor c, Tensor w, Tensor u, Tensor b)
    {
        List<Tensor> hs = [], cs = [];
        foreach (var step in x.Unbind())
        {
            var a = (step.MatMul(w.T) + h.MatMul(u.T) + b).Chunk(4, 1);
            var (i, f, g, o) = (a[0].Sigmoid(), a[1].Sigmoid(), a[2].Tanh(), a[3].Sigmoid());
            c = f * c + i * g;
            h = o * c.Tanh();
            hs.Add(h);
            cs.Add(c);
        }
        return Tensor.Stack(Tensor.Stack([.. hs]), Tensor.Stack([.. cs]));
    }
}

/// <summary>Section 10.4.1, figures 44 to 47: forget, store, update, output, each for itself.</summary>
internal sealed class LstmStages() : CourseSystem("10.lstm-gates", "The four stages of a memory cell", "Forget, store, update and output are described one by one.")
{
    public override void Run(SystemContext context)
    {
        var steps = Steps(context, 40);
        context.Draw("lstm-gates.png", Pictures.Curves("The stages of one unit on a noisy sine", "value", false,
            ("forget f", [.. steps.Select(s => s.Forget.Select(1, 0).ToDoubles()[0])]), ("input i", [.. steps.Select(s => s.Input.Select(1, 0).ToDoubles()[0])]),
            ("candidate g", [.. steps.Select(s => s.Candidate.Select(1, 0).ToDoubles()[0])]), ("output o", [.. steps.Select(s => s.Output.Select(1, 0).ToDoubles()[0])]),
            ("state C", [.. steps.Select(s => s.State.Cell.Select(1, 0).ToDoubles()[0])])));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var steps = Steps(context, 20);
        Tensor All(Func<LSTMStep, Tensor> part) => Tensor.Stack([.. steps.Select(part)]).Realize();
        Tensor i = All(s => s.Input), f = All(s => s.Forget), g = All(s => s.Candidate), o = All(s => s.Output), c = All(s => s.State.Cell), h = All(s => s.State.Hidden);
        var gates = Tensor.Stack(i, f, o);
        yield return Figure.AtLeast("least value of a gate", gates.Min().Item(), 0);
        yield return Figure.AtMost("greatest value of a gate", gates.Max().Item(), 1);
        yield return Figure.AtMost("greatest size of a candidate", g.Abs().Max().Item(), 1);
        // Forget, store, update: C = f ⊙ C before + i ⊙ g; output: h = o ⊙ tanh(C).
        var before = Tensor.Concat(Tensor.Zeros([1, .. c.Shape.Slice(1, 2)]), c.Narrow(0, 0, c.Shape[0] - 1));
        yield return Figure.AtMost("C put together from the stages minus the cell's", Differences.Largest(f * before + i * g, c), 1e-6);
        yield return Figure.AtMost("h put together from the stages minus the cell's", Differences.Largest(o * c.Tanh(), h), 1e-6);
    }

    private static LSTMStep[] Steps(SystemContext context, int count)
    {
        var cell = new LSTMCell(2, 8, random: context.Random());
        var x = (context.Random(1).Normal([count, 3, 2]) + (Tensor.Arange(0, count, 1) * 0.5).Sin().Reshape(count, 1, 1) * 2).Realize();
        var steps = new LSTMStep[count];
        LSTMState? state = null;
        for (var t = 0; t < count; t++) state = (steps[t] = cell.Step(x.Select(0, t), state)).State;
        return steps;
    }
}
