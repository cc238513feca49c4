using CudaNet.Cuda.Kernels;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Sorting along an axis: within a block where elements are few, by selection where positions are, else digit by digit.</summary>
internal static class SortingSteps
{
    private const int MostRowsOfTiles = 65535; // of a grid's second axis

    public static void Register(CudaKernelTable table)
    {
        table.Add<ArgSort>(static step => Sort(step, step.Op<ArgSort>().Axis, step.Op<ArgSort>().Descending), CudaKernelTable.AnyLayout, static (op, types) => Sorts(types[0].Shape, op.Axis));
        table.Add<TopK>(static step => Sort(step, step.Op<TopK>().Axis, step.Op<TopK>().Largest), CudaKernelTable.AnyLayout, static (op, types) => Sorts(types[0].Shape, op.Axis));
        table.Add<SearchSorted>(Search, claims: static (_, types) => types.All(type => ViewSteps.Fits(type.Shape)));
    }

    private static bool Sorts(Shape shape, int axis) =>
        ViewSteps.Fits(shape) && (shape[axis] <= SortKernels.MostInBlock || shape.ElementCount / shape[axis] <= MostRowsOfTiles);

    private static void Sort(StepBuilder step, int axis, bool descending)
    {
        var (source, target) = (step.InputOf(0), step.OutputOf());
        if (target.Shape.ElementCount == 0) return;
        var rest = Enumerable.Range(0, source.Shape.Rank).Where(k => k != axis).Select(k => new WalkedAxis(source.Shape[k], source.Layout.Strides[k], target.Layout.Strides[k]));
        SortedWalk walk = new([.. rest], source.Layout.Strides[axis], target.Layout.Strides[axis], (int)source.Shape[axis], (int)target.Shape[axis], descending);
        var type = KernelTypes.Name(source.DType == DType.Bool ? DType.UInt8 : source.DType);
        if (walk.N <= SortKernels.MostInBlock) step.Launch(SortKernels.Small(type, walk), step.Input(0), step.Output());
        else if (walk.Kept <= Math.Min(SortKernels.MostInBlock, walk.N / 8)) step.Launch(SortKernels.Select(type, walk), step.Input(0), step.Output());
        else
        {
            var (rows, keyBytes) = (walk.Rows, SortKernels.KeyBytes(type));
            var (keys, places) = (step.Scratch(rows * walk.N * keyBytes), step.Scratch(rows * walk.N * sizeof(int)));
            step.Launch(SortKernels.Keys(type, walk), step.Input(0), keys, places);
            (_, places) = Sort(step, keyBytes, keys, places, rows, walk.N, 8 * source.DType.Size());
            step.Launch(SortKernels.Write(type, walk), places, step.Output());
        }
    }

    private static void Search(StepBuilder step)
    {
        var (sorted, values) = (step.InputOf(0), step.InputOf(1));
        if (values.Shape.ElementCount == 0) return;
        var type = KernelTypes.Name(values.DType == DType.Bool ? DType.UInt8 : values.DType);
        step.Launch(SortKernels.Search(type, (int)sorted.Shape[^1], (int)values.Shape[^1], values.Shape.ElementCount, step.Op<SearchSorted>().Right), step.Input(0), step.Input(1), step.Output());
    }

    /// <summary>Sorts rows of keys and places by the low bits of the keys; equal keys keep their order.</summary>
    /// <param name="step">The step.</param>
    /// <param name="keyBytes">4 or 8.</param>
    /// <param name="keys">[rows, n], overwritten.</param>
    /// <param name="places">[rows, n] of 32 bits, overwritten.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="n">Keys of a row.</param>
    /// <param name="bits">Low bits that may differ.</param>
    /// <returns>Where keys and places are now.</returns>
    public static (StepArgument Keys, StepArgument Places) Sort(StepBuilder step, int keyBytes, StepArgument keys, StepArgument places, long rows, long n, int bits)
    {
        var (otherKeys, otherPlaces) = (step.Scratch(rows * n * keyBytes), step.Scratch(rows * n * sizeof(int)));
        var counts = step.Scratch(RadixKernels.Counts(rows, n) * sizeof(uint));
        for (var shift = 0; shift < bits; shift += 8)
        {
            step.Launch(RadixKernels.Count(keyBytes, rows, n), keys, counts, (int)n, shift);
            step.Launch(RadixKernels.Scan(keyBytes, rows), counts, (int)RadixKernels.Counts(1, n));
            step.Launch(RadixKernels.Move(keyBytes, rows, n), keys, places, otherKeys, otherPlaces, counts, (int)n, shift);
            (keys, otherKeys, places, otherPlaces) = (otherKeys, keys, otherPlaces, places);
        }
        return (keys, places);
    }
}
