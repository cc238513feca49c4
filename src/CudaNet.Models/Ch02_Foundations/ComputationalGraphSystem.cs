using CudaNet.Graphs;
using CudaNet.Models.Systems;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Sections 2.3 and 2.6: computation as a directed acyclic graph, and the gradient from it.</summary>
/// <remarks>A cycle cannot be written: a tensor only ever has older tensors as inputs. A loop of the program is unrolled
/// as it runs.</remarks>
internal sealed class ComputationalGraphSystem() : CourseSystem("02.computational-graph", "Computational graph and backpropagation",
    "Nodes are operations and edges are data; backpropagation works on any graph without cycles, and loops are unrolled.")
{
    private const int Variables = 4, Operations = 46;

    public override void Run(SystemContext context)
    {
        Tensor x = Tensor.From(0.5, -1), w = Tensor.From(2.0, 3);
        var loss = ((x * w).Sum().Tanh() - 1).Square();
        context.Out.WriteLine(Graph.ToDot(loss));
        context.Out.WriteLine($"L = {loss.Item():F6}, dL/dw = {Grad.Of(((x * w).Sum().Tanh() - 1).Square(), w)}");
        context.Write("graph.dot", Graph.ToDot(Dag(context.Seed, Point(context.Seed)), Unrolled(Tensor.Scalar(0.3), 3)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        double worst = 0;
        for (var seed = context.Seed; seed < context.Seed + (context.Quick ? 3 : 10); seed++) worst = Math.Max(worst, GradientError(seed));
        var dot = Graph.ToDot(Dag(context.Seed, Point(context.Seed)));
        string[] shapes = ["ellipse", "box", "diamond"];
        var w = Tensor.Scalar(0.3);
        // The same loop by hand, step after step; built anew for each use, as a graph is let go of when it is read.
        Tensor Chain() => (((Tensor.Scalar(0.5) * w).Tanh() * w).Tanh() * w).Tanh();
        return
        [
            Figure.AtMost("relative gradient error of random graphs of 50 nodes and more", worst, 1e-5),
            Figure.Equal("shapes of nodes in the drawing", shapes.Count(shape => dot.Contains($"shape={shape}", StringComparison.Ordinal)), 3),
            Figure.AtMost("unrolled loop minus explicit chain", Math.Abs(Unrolled(w, 3).Item() - Chain().Item()), 1e-7),
            Figure.AtMost("the same for the gradient", Math.Abs(Grad.Of(Unrolled(w, 3), w).Item() - Grad.Of(Chain(), w).Item()), 1e-7),
            Figure.Equal("nodes whose inputs are all older", Graph.Collect(Chain().Node).All(node => node.Inputs.All(input => input.Id < node.Id)) ? 1 : 0, 1),
        ];
    }

    private static Tensor Unrolled(Tensor w, int steps)
    {
        var h = Tensor.Scalar(0.5);
        for (var t = 0; t < steps; t++) h = (h * w).Tanh();
        return h;
    }

    private static double[][] Point(long seed)
    {
        var random = new Random((int)seed);
        return [.. Enumerable.Range(0, Variables).Select(_ => Enumerable.Range(0, 3).Select(_ => random.NextDouble() * 2 - 1).ToArray())];
    }

    /// <summary>A random graph over vectors of 3 that ends in a scalar; the seed decides its form.</summary>
    private static Tensor Dag(long seed, double[][] point, List<Tensor>? variables = null)
    {
        var random = new Random((int)seed + 1000);
        var nodes = point.Select(values => Tensor.From(values)).ToList();
        variables?.AddRange(nodes);
        while (nodes.Count < Variables + Operations - 1)
        {
            Tensor a = nodes[random.Next(nodes.Count)], b = nodes[random.Next(nodes.Count)];
            nodes.Add(random.Next(6) switch
            {
                0 => a + b,
                1 => a * b,
                2 => a.Sin(),
                3 => a.Tanh(),
                4 => a - b,
                _ => a.Sigmoid(),
            });
        }
        return nodes.Aggregate((sum, node) => sum + node.Tanh()).Sum();
    }

    private static double GradientError(long seed)
    {
        const double step = 1e-6;
        var point = Point(seed);
        var variables = new List<Tensor>();
        var exact = Grad.Of(Dag(seed, point, variables), [.. variables]);
        double worst = 0;
        for (var v = 0; v < Variables; v++)
            for (var i = 0; i < 3; i++)
            {
                double At(double shift)
                {
                    var moved = point.Select(values => (double[])values.Clone()).ToArray();
                    moved[v][i] += shift;
                    return Dag(seed, moved).Item();
                }
                var difference = (At(step) - At(-step)) / (2 * step);
                worst = Math.Max(worst, Math.Abs(exact[v].ToArray<double>()[i] - difference) / Math.Max(1, Math.Abs(difference)));
            }
        return worst;
    }
}
