using CudaNet.Graphs;

namespace CudaNet.Verification;

/// <summary>Computes graphs in float64 by naive loops: what engines are held against.</summary>
public interface IReference
{
    /// <summary>The value of a tensor, row-major.</summary>
    /// <param name="tensor">What to compute.</param>
    /// <param name="substitutes">Values to take for leaves instead of their own; null for none.</param>
    double[] Evaluate(Tensor tensor, IReadOnlyDictionary<Node, double[]>? substitutes = null);
}
