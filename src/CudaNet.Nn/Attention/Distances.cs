namespace CudaNet.Nn;

/// <summary>Distances of keys from queries.</summary>
internal static class Distances
{
    /// <summary>Key position − query position, [1 or batch, queries, keys].</summary>
    public static Tensor Of(Tensor queries, Tensor keys)
    {
        var (q, k) = (queries.Rank == 1 ? queries.Unsqueeze(0) : queries, keys.Rank == 1 ? keys.Unsqueeze(0) : keys);
        return k.Unsqueeze(1) - q.Unsqueeze(2);
    }
}
