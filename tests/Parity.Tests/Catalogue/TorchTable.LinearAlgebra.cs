using CudaNet.Ops;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddLinearAlgebra()
    {
        Binary<MatMul>((a, b) => a.matmul(b));
    }
}
