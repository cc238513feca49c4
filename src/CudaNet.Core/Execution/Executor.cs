using CudaNet.Graphs;

namespace CudaNet.Execution;

/// <summary>Computes values that are read.</summary>
internal static class Executor
{
    /// <summary>Computes what is not computed yet, in one plan.</summary>
    /// <exception cref="GraphException">Called while tracing, or on an argument of a traced function.</exception>
    public static void Realize(params ReadOnlySpan<Tensor> tensors)
    {
        var roots = new List<Node>(tensors.Length);
        foreach (var tensor in tensors)
            if (!tensor.Node.IsRealized && !roots.Contains(tensor.Node)) roots.Add(tensor.Node);
        if (roots.Count == 0) return;
        if (Trace.Current is not null)
            throw new GraphException("Tensor: a value cannot be read while a function is compiled: it is only known when the function runs. "
                + "Return it from the function, or branch by Where.");
        if (Anomaly.IsDetecting) Anomaly.Run([.. roots], static node => Run([node]));
        else Run(roots);
    }

    private static void Run(List<Node> roots)
    {
        var (plan, leaves) = PlanCache.Get([.. roots]);
        var inputs = new DeviceBuffer[leaves.Count];
        for (var k = 0; k < inputs.Length; k++)
            inputs[k] = leaves[k].Buffer ?? throw new GraphException("Tensor: this is an argument of a compiled or mapped function and has no value outside of it. Return the result from the function.");
        var outputs = plan.Run(inputs);
        for (var k = 0; k < outputs.Length; k++)
        {
            roots[k].IsShared = plan.IsShared(k);
            roots[k].Realize(outputs[k]);
        }
    }
}
