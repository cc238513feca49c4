using CudaNet.Models.Systems;
using CudaNet.Nn.Data;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Distances along the sheet, and then points in the plane with these distances (Tenenbaum, de Silva, Langford 2000).</summary>
internal sealed class Isomap() : Unrolled("04.isomap", "Isomap: shortest ways and classical scaling", "Isomap is cited for finding manifolds.")
{
    protected override Tensor Embed(SystemContext context, Tensor points)
    {
        var n = Count;
        var d = new double[n * n];
        Array.Fill(d, 1e6);
        var straight = Distances(points).ToArray<float>();
        foreach (var (near, i) in Nearest(points).Select((near, i) => (near, i)))
            foreach (var j in near) d[i * n + j] = d[j * n + i] = straight[i * n + j];
        for (var i = 0; i < n; i++) d[i * n + i] = 0;
        for (var k = 0; k < n; k++)                                   // Floyd 1962
            for (var i = 0; i < n; i++)
            {
                var first = d[i * n + k];
                if (first >= 1e6) continue;
                for (var j = 0; j < n; j++) d[i * n + j] = Math.Min(d[i * n + j], first + d[k * n + j]);
            }
        // B = −½ J D² J with J = I − 1/n; coordinates are its greatest eigenvectors, each times √λ.
        var squared = Tensor.From(d, [n, n]).Square();
        var b = (squared - squared.Mean(0, keepDims: true) - squared.Mean(1, keepDims: true) + squared.Mean()) * -0.5;
        var (values, vectors) = Linalg.Eigh(b);
        return (vectors.Narrow(1, n - 2, 2) * values.Narrow(0, n - 2, 2).Sqrt()).Flip(1).Realize();
    }
}
