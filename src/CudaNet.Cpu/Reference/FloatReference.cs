using CudaNet.Graphs;
using CudaNet.Verification;

namespace CudaNet.Cpu.Reference;

/// <summary>The naive float64 loops, as what ops are verified against.</summary>
public sealed class FloatReference : IReference
{
    /// <inheritdoc/>
    public double[] Evaluate(Tensor tensor, IReadOnlyDictionary<Node, double[]>? substitutes = null) =>
        ReferenceInterpreter.Evaluate(tensor, substitutes).Values;
}
