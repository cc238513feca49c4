using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddSorting()
    {
        Add<ArgSort>((op, x) => SortedPlaces(x[0], op.Axis, op.Descending));
        // Torch's own does not say which of equal elements it takes.
        Add<TopK>((op, x) => SortedPlaces(x[0], op.Axis, op.Largest).narrow(op.Axis, 0, op.K));
        Add<SearchSorted>((op, x) => torch.searchsorted(x[0].contiguous(), x[1].contiguous(), right: op.Right));

        Add<CumSum>((op, x) => op.Reverse ? x[0].flip(op.Axis).cumsum(op.Axis).flip(op.Axis) : x[0].cumsum(op.Axis));
        Add<CumArgMax>((op, x) => FirstPlaces(op.Smallest ? x[0].cummin(op.Axis).values : x[0].cummax(op.Axis).values, op.Axis));
        Add<LinearRecurrence>((op, x) => Recur(x[0], x[1], op.Axis, op.Reverse));
    }

    private static torch.Tensor SortedPlaces(torch.Tensor x, long axis, bool descending) => torch.sort(x, axis, descending, stable: true).indices;

    /// <summary>Where the running extremes were first met; torch names the last of equal ones.</summary>
    private static torch.Tensor FirstPlaces(torch.Tensor extremes, long axis)
    {
        if (extremes.numel() == 0)
            return extremes.to(torch.ScalarType.Int64);
        var (size, rest) = (extremes.shape[axis], extremes.shape[axis] - 1);
        var (before, after) = (extremes.narrow(axis, 0, rest), extremes.narrow(axis, 1, rest));
        var isNew = after.ne(before).logical_and(before.eq(before));
        var first = torch.ones_like(extremes.narrow(axis, 0, 1), dtype: torch.ScalarType.Bool);
        var shape = Enumerable.Repeat(1L, (int)extremes.ndim).ToArray();
        shape[axis] = size;
        var places = torch.arange(size, dtype: torch.ScalarType.Int64).reshape(shape);
        return (torch.cat([first, isNew], axis) * places).cummax(axis).values;
    }

    /// <summary>Torch has no such scan; step by step it is a product and a sum.</summary>
    private static torch.Tensor Recur(torch.Tensor decay, torch.Tensor input, long axis, bool reverse)
    {
        if (input.numel() == 0)
            return input;
        if (reverse)
            return Recur(decay.flip(axis), input.flip(axis), axis, reverse: false).flip(axis);
        var state = torch.zeros_like(input.select(axis, 0));
        var states = new List<torch.Tensor>();
        for (var i = 0L; i < input.shape[axis]; i++)
            states.Add(state = decay.select(axis, i) * state + input.select(axis, i));
        return torch.stack(states, axis);
    }
}
