using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchFunctions
{
    private static IEnumerable<FunctionCase> LinearAlgebra()
    {
        SampleInput vector = new([7], Domain.Any), other = new([7], Domain.Any), shorter = new([5], Domain.Any);
        SampleInput a = new([2, 3, 4], Domain.Any), b = new([2, 4, 5], Domain.Any);
        yield return Of("Dot", "", [vector, other], x => x[0].Dot(x[1]), x => x[0].dot(x[1]));
        yield return Of("Outer", "", [vector, shorter], x => x[0].Outer(x[1]), x => torch.outer(x[0], x[1]));
        yield return Of("Trace", "", [5, 5], x => Linalg.Trace(x), x => x.trace());
        yield return Of("Einsum", "batched product", [a, b], x => Tensor.Einsum("bij,bjk->bik", x[0], x[1]), x => torch.einsum("bij,bjk->bik", x[0], x[1]));
        yield return Of("Einsum", "sums and permutation", [a, b], x => Tensor.Einsum("bij,bjk->kb", x[0], x[1]), x => torch.einsum("bij,bjk->kb", x[0], x[1]));
        yield return Of("Einsum", "diagonal", [5, 5], x => Tensor.Einsum("ii->i", x), x => torch.einsum("ii->i", x));
        yield return Of("LeastSquares", "tall", [new SampleInput([6, 3], Domain.Any), new SampleInput([6, 2], Domain.Any)],
            x => Linalg.LeastSquares(x[0], x[1]), x => torch.linalg.lstsq(x[0], x[1]).Solution) with
        { FirstConstant = 0 };
    }

    private static IEnumerable<FunctionCase> Sorting()
    {
        yield return Distinct("Sort", "descending", x => x.Sort(1, descending: true).Values, x => torch.sort(x, 1, descending: true).values);
        yield return Distinct("Sort", "places", x => x.Sort(0).Indices, x => torch.sort(x, 0).indices);
        yield return Distinct("Median", "rows", x => x.Median(1), x => x.kthvalue(4, 1).values);
        yield return Distinct("Median", "all", x => x.Median(), x => x.median());
        yield return Distinct("Quantile", "", x => x.Quantile(0.3, 1), x => x.quantile(torch.tensor(0.3, x.dtype), 1));
        yield return Distinct("CumMax", "greatest", x => x.CumMax(1).Values, x => x.cummax(1).values);
        yield return Distinct("CumMax", "smallest", x => x.CumMin(0).Values, x => x.cummin(0).values);
        yield return Unary("CumProd", "", x => x.CumProd(1), x => x.cumprod(1));
        yield return Constant("Unique", "", () => Tensor.From(3f, 1, 2, 3, 3, 1).Unique().Values, () => torch.tensor(new float[] { 3, 1, 2, 3, 3, 1 }).unique().output);
    }

    private static IEnumerable<FunctionCase> Masks()
    {
        SampleInput matrix = new(Matrix, Domain.Any), classes = new([9], Domain.Integers(0, 3), Type: DType.Int64), rows = new([2, 7], Domain.Any);
        yield return Unary("MaskedFill", "", x => x.MaskedFill(x > 1, -7), x => x.masked_fill(x > 1, -7));
        yield return Unary("MaskedSelect", "", x => x.MaskedSelect(x > 1), x => x.masked_select(x > 1));
        yield return Of("OneHot", "", [classes], x => x[0].OneHot(4), x => functional.one_hot(x[0], 4));
        yield return Of("IndexCopy", "", [matrix, rows], x => x[0].IndexCopy(Tensor.From(3L, 1), x[1]), x => x[0].index_copy(0, torch.tensor(new long[] { 3, 1 }), x[1]));
        yield return Constant("Tri", "", () => Tensor.Tri(4, 6, 1), () => torch.ones(4, 6).tril(1));
        yield return Unary("Triu", "", x => x.Triu(1), x => x.triu(1));
        yield return Unary("Tril", "", x => x.Tril(-1), x => x.tril(-1));
    }

    private static IEnumerable<FunctionCase> Padding()
    {
        // Torch pads all axes but the first two, and lists them from the last backwards.
        Shape images = [2, 3, 4, 5];
        yield return Of("PadModes", "reflect", images, x => x.Pad([1, 2], [3, 0], PadMode.Reflect), x => functional.pad(x, [2, 0, 1, 3], PaddingModes.Reflect));
        yield return Of("PadModes", "replicate", images, x => x.Pad([1, 2], [3, 0], PadMode.Replicate), x => functional.pad(x, [2, 0, 1, 3], PaddingModes.Replicate));
        yield return Of("PadModes", "circular", images, x => x.Pad([1, 2], [3, 0], PadMode.Circular), x => functional.pad(x, [2, 0, 1, 3], PaddingModes.Circular));
    }

    private static FunctionCase Distinct(string name, string what, Func<Tensor, Tensor> ours, Func<torch.Tensor, torch.Tensor> peer) =>
        Unary(name, what, ours, peer, Domain.Different);
}
