using CudaNet.Graphs;
using CudaNet.Models.Systems;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Section 2.6.1: a loop is unrolled into a graph without cycles, however long.</summary>
internal sealed class Unrolling() : CourseSystem("02.unrolling", "Unrolling a loop into a graph without cycles",
    "Backpropagation works on any directed acyclic graph; graphs with loops must be unrolled.")
{
    public override void Run(SystemContext context)
    {
        var w = Matrix(context);
        context.Write("unrolling.dot", Graph.ToDot(Unroll(w, 3).Sum()));
        context.Out.WriteLine($"three steps of h ← tanh(W·h + x): {Graph.Collect(Unroll(w, 3).Node).Count} nodes; thirty: {Graph.Collect(Unroll(w, 30).Node).Count}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var w = Matrix(context);
        Tensor x = Tensor.Full([4, 1], 0.3, DType.Float64), h0 = Tensor.Zeros([4, 1], DType.Float64);
        // Built anew for each use, as a graph is let go of when it is read.
        Tensor Chain() => (w.MatMul((w.MatMul((w.MatMul(h0) + x).Tanh()) + x).Tanh()) + x).Tanh();
        yield return Figure.AtMost("unrolled loop minus explicit chain", Differences.Largest(Unroll(w, 3), Chain()), 1e-7);
        yield return Figure.AtMost("the same for the gradient", Differences.Largest(Grad.Of(Unroll(w, 3).Sum(), w), Grad.Of(Chain().Sum(), w)), 1e-7);
        yield return Figure.AtMost("gradient through 50 steps minus differences", Differences.OfGradient(at => Unroll(at[0], 50), w), 1e-5);
        // A tensor is made of older ones only, so a cycle cannot be written; sorting by number is a topological order.
        yield return Figure.Holds("every node is younger than its inputs", Graph.Collect(Unroll(w, 50).Node).All(node => node.Inputs.All(input => input.Id < node.Id)));
    }

    /// <summary>h ← tanh(W·h + x), T times with the same W.</summary>
    private static Tensor Unroll(Tensor w, int T)
    {
        Tensor x = Tensor.Full([4, 1], 0.3, DType.Float64), h = Tensor.Zeros([4, 1], DType.Float64);
        for (var t = 0; t < T; t++) h = (w.MatMul(h) + x).Tanh();
        return h;
    }

    private static Tensor Matrix(SystemContext context) => context.Random().Normal([4, 4], 0, 0.6, DType.Float64).Realize();
}
