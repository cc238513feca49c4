using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet;

public sealed partial class Tensor
{
    /// <summary>Adds the gradient of this scalar to <see cref="Parameter.Grad"/> of every parameter that it depends on.</summary>
    /// <exception cref="GraphException">This is not a scalar, or depends on no parameter that is trained.</exception>
    public void Backward()
    {
        var parameters = new List<Parameter>();
        foreach (var node in Graph.CollectHistory(Node))
            if (node.State is Parameter { RequiresGrad: true } parameter) parameters.Add(parameter);
        if (parameters.Count == 0)
            throw new GraphException("Backward: the tensor depends on no Parameter with RequiresGrad. After the optimiser's step, and for the result of "
                + "a compiled function, the graph is gone: call Backward before, or inside.");
        var gradients = Grad.Of(this, [.. parameters.Select(p => p.Value)]);
        for (var k = 0; k < gradients.Length; k++)
        {
            parameters[k].Grad = parameters[k].Grad is { } sum ? sum + gradients[k] : gradients[k];
            if (Trace.Current is null) parameters[k].PendingLoss = this;
        }
    }

    /// <summary>The same value, through which no gradient flows.</summary>
    public Tensor Detach() => new Detach().Apply(this);
}
