using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddIndexing()
    {
        Add<FlatIndex>((op, x) => FlatIndexOf(op, x));
        Add<Gather>((op, x) => x[0].gather(op.Axis, Indices(x[1])));
        Add<Scatter>((op, x) => ScatterOf(x[0], Indices(x[1]), x[2], op.Axis));
        Add<ScatterAdd>((op, x) => Zeros(x[1], op.Axis, 1, op.Size).scatter_add(op.Axis, Indices(x[0]), x[1]));
        Add<Take>((op, x) => x[0].index_select(op.Axis, Indices(x[1]).flatten())
            .reshape([.. x[0].shape[..op.Axis], .. x[1].shape, .. x[0].shape[(op.Axis + 1)..]]));
        Add<IndexAdd>((op, x) =>
        {
            var places = (int)x[0].ndim;
            var values = x[1].reshape([.. x[1].shape[..op.Axis], x[0].numel(), .. x[1].shape[(op.Axis + places)..]]);
            return Zeros(x[1], op.Axis, places, op.Size).index_add(op.Axis, Indices(x[0]).flatten(), values, alpha: 1);
        });
    }

    /// <summary>Torch gives every value a gradient, also those that another one for the same element replaced; here only the last.</summary>
    private static torch.Tensor ScatterOf(torch.Tensor x, torch.Tensor indices, torch.Tensor values, int axis)
    {
        var numbers = torch.arange(indices.numel(), dtype: torch.ScalarType.Int64).reshape(indices.shape);
        var stays = torch.zeros(x.shape, dtype: torch.ScalarType.Int64).scatter(axis, indices, numbers).gather(axis, indices).eq(numbers);
        return x.scatter(axis, indices, torch.where(stays, values, values.detach()));
    }

    /// <summary>Torch's indices are Int64 only.</summary>
    private static torch.Tensor Indices(torch.Tensor x) => x.to(torch.ScalarType.Int64);

    /// <summary>Zeros like a tensor, some axes of which give way to one of another size.</summary>
    private static torch.Tensor Zeros(torch.Tensor like, int axis, int axes, long size) =>
        torch.zeros([.. like.shape[..axis], size, .. like.shape[(axis + axes)..]], dtype: like.dtype);

    private static torch.Tensor FlatIndexOf(FlatIndex op, torch.Tensor[] x)
    {
        var flat = torch.zeros_like(x[0]);
        for (var axis = 0; axis < x.Length; axis++)
            flat = flat * op.Sizes[axis] + (op.FromEnd ? x[axis].remainder(op.Sizes[axis]) : x[axis]);
        return flat;
    }
}
