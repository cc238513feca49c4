namespace CudaNet.Nn;

/// <summary>What the positions of a query and a key add to their score.</summary>
public interface IPositionBias
{
    /// <summary>The bias.</summary>
    /// <param name="queries">Positions of queries, Int64 [queries] or [batch, queries].</param>
    /// <param name="keys">Positions of keys, Int64 [keys] or [batch, keys].</param>
    /// <returns>[1 or batch, heads, queries, keys].</returns>
    Tensor Of(Tensor queries, Tensor keys);
}
