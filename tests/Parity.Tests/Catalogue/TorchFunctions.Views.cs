using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchFunctions
{
    private static Shape Cube => [3, 4, 5];

    private static IEnumerable<FunctionCase> Creation()
    {
        yield return Constant("Arange", "integers", () => Tensor.Arange(3, 20, 4), () => torch.arange(3, 20, 4));
        yield return Constant("Arange", "floating", () => Tensor.Arange(0.5, 3, 0.25), () => torch.arange(0.5, 3, 0.25, dtype: torch.ScalarType.Float32));
        yield return Constant("Eye", "wide", () => Tensor.Eye(3, 5), () => torch.eye(3, 5));
        yield return Constant("Linspace", "", () => Tensor.Linspace(-1, 2, 7), () => torch.linspace(-1, 2, 7));
    }

    private static IEnumerable<FunctionCase> Views()
    {
        yield return Of("DiagonalMatrix", "above", [4], x => x.DiagonalMatrix(1), x => torch.diag_embed(x, offset: 1));
        yield return Of("Flatten", "middle", [2, 3, 4, 5], x => x.Flatten(1, 2), x => x.flatten(1, 2));
        yield return Of("MoveAxis", "", Cube, x => x.MoveAxis(0, -1), x => x.movedim([0], [-1]));
        yield return Of("Select", "", Cube, x => x.Select(1, -2), x => x.select(1, -2));
        yield return Of("Split", "by size", [7, 3], x => x.Split(3)[1], x => x.split(3)[1]);
        yield return Of("Split", "chunks", [7, 3], x => x.Chunk(3)[2], x => x.chunk(3)[2]);
        yield return Of("Squeeze", "", [1, 3, 1], x => x.Squeeze(), x => x.squeeze());
        yield return Of("Stack", "", Matrix, x => Tensor.Stack([x, x * 2], 1), x => torch.stack([x, x * 2], 1));
        yield return Of("Tile", "", Matrix, x => x.Tile(2, 3), x => x.tile([2, 3]));
        yield return Of("Tile", "each element", Matrix, x => x.RepeatInterleave(2, 1), x => x.repeat_interleave(2, 1));
        yield return Of("Unsqueeze", "", Matrix, x => x.Unsqueeze(1), x => x.unsqueeze(1));
    }

    private static IEnumerable<FunctionCase> Indexing()
    {
        yield return Of("Indexer", "elements and ranges", Cube, x => x[1, 1..3, ^2..], x => x[1, 1..3, 3..5]);
        yield return Of("Indexer", "new axis and ellipsis", Cube, x => x[TensorIndex.NewAxis, TensorIndex.Ellipsis, 2], x => x[torch.TensorIndex.Null, torch.TensorIndex.Ellipsis, 2]);
        yield return Of("Indexer", "tensors of indices", Cube, x => x[Tensor.From(2L, 0), Tensor.From(1L, 3)], x => x[torch.tensor(new long[] { 2, 0 }), torch.tensor(new long[] { 1, 3 })]);
        yield return Constant("NonZero", "", () => Tensor.From(new[,] { { 1f, 0, 3 }, { 0, 0, 5 } }).NonZero(), () => torch.tensor(new float[] { 1, 0, 3, 0, 0, 5 }, [2, 3]).nonzero());
    }
}
