using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.3. The notes show the one chain from t back to 1; the gradient is the sum over every k ≤ t:
/// ∂L/∂W = Σₜ Σₖ≤ₜ ∂Lₜ/∂hₜ · (∂hₜ/∂hₜ₋₁ ⋯ ∂hₖ₊₁/∂hₖ) · ∂⁺hₖ/∂W, where ∂⁺ holds hₖ₋₁ fixed.</summary>
internal sealed class Bptt() : CourseSystem("10.bptt", "Backpropagation through time", "∂L/∂W is a sum over the timesteps of products of Jacobians.")
{
    private const int N = 3, T = 6;

    public override void Run(SystemContext context)
    {
        var (w, x) = Problem(context);
        var full = Truncated(w, x, T);
        double[] windows = [.. Enumerable.Range(1, T).Select(k => (double)k)];
        double[] errors = [.. windows.Select(k => ((Truncated(w, x, (int)k) - full).Norm() / full.Norm()).Item())];
        context.Draw("bptt.png", new CurvePlot("Gradient by truncated backpropagation through six steps", "steps that it goes back", "relative error") { WholeX = true }.Add("‖truncated − full‖ / ‖full‖", windows, errors));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (w, x) = Problem(context);
        var exact = Grad.Of(Loss(States(w, x)), w);
        yield return Figure.AtMost("gradient minus the double sum over t and k ≤ t", Differences.Largest(exact, DoubleSum(w, x, everyK: true)), 1e-10);
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(at => Loss(States(at[0], at[1])), w, x), 1e-5);
        yield return Figure.AtMost("truncated after all T steps minus the full gradient", Differences.Largest(Truncated(w, x, T), exact), 1e-12);
        yield return Figure.AtLeast("truncated after 1 step: relative error", ((Truncated(w, x, 1) - exact).Norm() / exact.Norm()).Item(), 0.01);
        yield return Figure.AtLeast("the notes' single chain to h₁: relative error", ((DoubleSum(w, x, everyK: false) - exact).Norm() / exact.Norm()).Item(), 0.01);
        yield return Figure.AtMost("the op's gradient minus that of the loop", Differences.Largest(Grad.Of(Loss([.. Tensor.RnnSequence(x.Unsqueeze(1), Tensor.Zeros([1, N], DType.Float64), w).Reshape(T, N, 1).Unbind()]), w), exact), 1e-12);
    }

    private static (Tensor W, Tensor X) Problem(SystemContext context)
    {
        var random = context.Random();
        return (random.Normal([N, N], 0, 0.7, DType.Float64).Realize(), random.Normal([T, N], type: DType.Float64).Realize());
    }

    /// <summary>hₜ = tanh(W·hₜ₋₁ + xₜ) as columns; the state is cut off from its past after so many steps.</summary>
    private static Tensor[] States(Tensor w, Tensor x, int? from = null)
    {
        var (h, states) = (Tensor.Zeros([N, 1], DType.Float64), new Tensor[T]);
        for (var t = 0; t < T; t++)
        {
            if (t == from) h = h.Detach();
            states[t] = h = (w.MatMul(h) + x.Select(0, t).Unsqueeze(1)).Tanh();
        }
        return states;
    }

    /// <summary>Σₜ Lₜ with Lₜ = ½‖hₜ‖².</summary>
    private static Tensor Loss(Tensor[] states) => states.Select(h => h.Square().Sum() / 2).Aggregate((a, b) => a + b);

    /// <summary>Each Lₜ goes back at most so many steps.</summary>
    private static Tensor Truncated(Tensor w, Tensor x, int steps) =>
        Enumerable.Range(0, T).Select(t => Grad.Of(States(w, x, t - steps + 1)[t].Square().Sum() / 2, w)).Aggregate((a, b) => a + b);

    private static Tensor DoubleSum(Tensor w, Tensor x, bool everyK)
    {
        Tensor[] h = [.. States(w, x).Select(state => state.Realize())];
        Tensor D(int t) => 1 - h[t].Square(); // the slope of tanh at step t: ∂hₜ/∂hₜ₋₁ = diag(D)·W
        var sum = w.ZerosLike();
        for (var t = 0; t < T; t++)
            for (var k = everyK ? 0 : 1; k <= (everyK ? t : Math.Min(1, t)); k++)
            {
                var row = h[t].T; // ∂Lₜ/∂hₜ
                for (var j = t; j > k; j--) row = (row * D(j).T).MatMul(w);
                if (k > 0) sum += (row.T * D(k)).MatMul(h[k - 1].T); // row · ∂⁺hₖ/∂W
            }
        return sum;
    }
}
