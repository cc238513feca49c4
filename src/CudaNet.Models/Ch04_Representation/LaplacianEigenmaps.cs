using CudaNet.Models.Systems;
using CudaNet.Nn.Data;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Coordinates that change least between neighbours: eigenvectors of the graph's Laplacian (Belkin, Niyogi 2003).</summary>
internal sealed class LaplacianEigenmaps() : Unrolled("04.laplacian-eigenmaps", "Laplacian eigenmaps: what changes least between neighbours", "Laplacian eigenmaps are cited for finding manifolds.")
{
    protected override Tensor Embed(SystemContext context, Tensor points)
    {
        var w = new double[Count * Count];
        foreach (var (near, i) in Nearest(points).Select((near, i) => (near, i)))
            foreach (var j in near) w[i * Count + j] = w[j * Count + i] = 1;
        var adjacency = Tensor.From(w, [Count, Count]);
        var degree = adjacency.Sum(1);
        // L·f = λ·D·f by the symmetric D^−½ L D^−½; the first eigenvector is constant.
        var root = degree.Rsqrt();
        var laplacian = (degree.DiagonalMatrix() - adjacency) * root.Unsqueeze(0) * root.Unsqueeze(1);
        return (Linalg.Eigh(laplacian).Vectors.Narrow(1, 1, 2) * root.Unsqueeze(1)).Realize();
    }
}
