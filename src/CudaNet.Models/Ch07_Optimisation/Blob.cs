using CudaNet.Models.Systems;
using CudaNet.Nn.Preprocessing;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>A cloud of points, long, tilted and far from 0.</summary>
internal static class Blob
{
    public static Tensor Draw(SystemContext context) => (context.Random().Normal([400, 2]).MatMul(Tensor.From(new[,] { { 2f, 1 }, { 0, 0.5f } })) + Tensor.From(5f, -3)).Realize();
}
