using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.4.2; no formula is given there, and figure 48 calls it GNU. r, z = σ(W·x + U·h), n = tanh(W·x + U·(r ⊙ h)), h = z ⊙ h + (1 − z) ⊙ n
/// (Cho and others 2014); cuDNN and PyTorch put the reset gate behind the product, r ⊙ (U·h).</summary>
internal sealed class GruSystem() : CourseSystem("10.gru", "Gated recurrent unit", "Cell and hidden state become one, with a reset and an update gate: cheaper, and nearly as good.")
{
    private const int In = 3, Units = 4;

    public override void Run(SystemContext context)
    {
        var cell = new GRUCell(1, 1, random: context.Random());
        Tensor? h = null;
        List<double> state = [], reset = [], update = [];
        for (var t = 0; t < 40; t++)
        {
            var step = cell.Step(Tensor.From(new[] { (float)Math.Sin(t * 0.4) * 3 }, [1, 1]), h);
            (h, _, _, _) = step;
            state.Add(h.Item());
            reset.Add(step.Reset.Item());
            update.Add(step.Update.Item());
        }
        context.Draw("gru.png", Pictures.Curves("One unit on a sine", "value", false, ("state h", state), ("reset r", reset), ("update z", update)));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor Draw(params long[] shape) => random.Normal(shape, 0, 0.6, DType.Float64).Realize();
        Tensor x = Draw(5, 2, In), h0 = Draw(2, Units), w = Draw(3 * Units, In), u = Draw(3 * Units, Units), b = Draw(Units);
        foreach (var after in new[] { true, false })
        {
            Tensor Fused(Tensor[] at) => Ours(at[0], at[1], at[2], at[3], at[4], after);
            var name = after ? "reset behind the product" : "reset before the product";
            yield return Figure.AtMost($"{name}: minus the formula, step by step", Differences.Largest(Fused([x, h0, w, u, b]), Formula(x, h0, w, u, b, after)), 1e-12);
            yield return Figure.AtMost($"{name}: gradient of x, h₀, W, U and b minus differences", Differences.OfGradient(Fused, x, h0, w, u, b), 1e-5);
        }
        Tensor half = Tensor.Full([3, 1], 0.5, DType.Float64), one = Tensor.Ones([2, 1, 1], DType.Float64), zero = Tensor.Zeros([1, 1], DType.Float64);
        yield return Figure.AtMost("weights of ½, x = 1, reset before: minus 0.1744680, 0.2925765", Differences.Largest(Ours(one, zero, half, half, Tensor.Zeros([1], DType.Float64), false).Flatten(), 0.1744680, 0.2925765), 1e-7);
        yield return Figure.Equal("parameters / those of an LSTM", (double)new GRU(7, 9).ParameterCount / new LSTM(7, 9).ParameterCount, 0.75);
    }

    /// <summary>The library's form. b is the bias of the candidate.</summary>
    private static Tensor Ours(Tensor x, Tensor h, Tensor w, Tensor u, Tensor b, bool after)
    {
        var given = x.MatMul(w.T);
        if (after) return Tensor.GruSequence(given, h, u, b).Select(0, 0);
        var bias = Tensor.Concat(b.ZerosLike(), b.ZerosLike(), b);
        return Tensor.Stack([.. (given + bias).Unbind().Select(step => h = GRUCell.ResetBefore(step, h, u))]);
    }

    private static Tensor Formula(Tensor x, Tensor h, Tensor w, Tensor u, Tensor b, bool after)
    {
        var units = h.Shape[1];
        Tensor[] W = w.Chunk(3), U = u.Chunk(3);
        var states = new List<Tensor>();
        foreach (var step in x.Unbind())
        {
            Tensor r = (step.MatMul(W[0].T) + h.MatMul(U[0].T)).Sigmoid(), z = (step.MatMul(W[1].T) + h.MatMul(U[1].T)).Sigmoid();
            var inner = after ? r * (h.MatMul(U[2].T) + b) : (r * h).MatMul(U[2].T) + b;
            var n = (step.MatMul(W[2].T) + inner).Tanh();
            states.Add(h = z * h + (1 - z) * n);
        }
        return Tensor.Stack([.. states]);
    }
}
