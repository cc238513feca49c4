using CudaNet.Ops;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddViews()
    {
        Unary<Detach>(x => x.detach());
        Add<Expand>((op, x) => x[0].expand(op.Target.ToArray()));
        Add<Permute>((op, x) => x[0].permute(Long(op.Order)));
        Add<Reshape>((op, x) => x[0].reshape(op.Target.ToArray()));
    }
}
