using CudaNet.Graphs;
using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Section 2.4: the scalar at the end of the graph, from which gradients start.</summary>
internal sealed class CostNode() : CourseSystem("02.cost-node", "The cost node: gradients start from a scalar",
    "The loss is a scalar node that measures prediction against target.")
{
    public override void Run(SystemContext context)
    {
        var w = new Parameter(Tensor.From(1.0, -2), "w");
        var loss = Loss.Mse(w.Value * 3, Tensor.From(1.0, 1));
        context.Write("cost-node.dot", Graph.ToDot(loss));
        loss.Backward();
        context.Out.WriteLine($"L = {loss.Item()}, dL/dw = {w.Grad}; without the mean: {Refusal()}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Holds("backward from a vector is refused, with its shape", Refusal().Contains("[2]", StringComparison.Ordinal));
        var w = new Parameter(Tensor.From(1.0, -2), "w");
        Loss.Mse(w.Value * 3, Tensor.From(1.0, 1)).Backward();
        yield return Figure.AtMost("dL/dw minus 2·3·(3w − 1)/2", Differences.Largest(w.Grad!, 6, -21), 1e-12);
        // A vector has a gradient once someone says how its elements count: a vector–Jacobian product.
        yield return Figure.AtMost("with the seed (1, 10): minus (3, 30)", Differences.Largest(Vjp.Of(w.Value * 3, Tensor.From(1.0, 10), w.Value)[0], 3, 30), 1e-12);
    }

    private static string Refusal()
    {
        var w = new Parameter(Tensor.From(1.0, -2), "w");
        try
        {
            (w.Value * 3).Backward();
            return "accepted";
        }
        catch (CudaNetException error)
        {
            return error.Message;
        }
    }
}
