using CudaNet.Cuda.Kernels;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Ops that read, write or add up at places given by tensors of integers. An index out of range is reported by the
/// kernel and raised behind the plan.</summary>
internal static class IndexingSteps
{
    public static void Register(CudaKernelTable table)
    {
        table.Add<Take>(Take, static (op, operand, layout) => operand == 0 ? TakesLayout(op, layout) : layout.IsContiguous, static (op, types) => AllFit(op, types));
        table.Add<Gather>(Gather, CudaKernelTable.AnyLayout, static (op, types) => AllFit(op, types));
        table.Add<Scatter>(Scatter, CudaKernelTable.AnyLayout, static (op, types) => AllFit(op, types));
        table.Add<ScatterAdd>(ScatterAdd, static (_, operand, layout) => operand == 0 || layout.IsContiguous, static (op, types) => IsSummed(types[1].DType) && AllFit(op, types));
        table.Add<IndexAdd>(IndexAdd, claims: static (op, types) => IsSummed(types[1].DType) && AllFit(op, types));
        table.Add<FlatIndex>(FlatIndex, claims: static (op, types) => AllFit(op, types));
    }

    private static bool AllFit(Op op, TensorType[] types) => types.All(type => ViewSteps.Fits(type.Shape)) && ViewSteps.Fits(op.Infer(types).Shape);

    private static bool IsSummed(DType type) => type is not (DType.Bool or DType.UInt8);

    private static bool IsWide(Operand indices) => indices.DType == DType.Int64;

    /// <summary>Axes behind the axis have to lie together, those before it evenly.</summary>
    private static bool TakesLayout(Take op, Layout layout)
    {
        var inner = Axes(layout, op.Axis + 1, layout.Shape.Rank);
        return Axes(layout, 0, op.Axis).Axes.Count <= 1 && inner.Axes.Count <= 1 && inner.Axes is [] or [{ X: 1 }];
    }

    private static AxisWalk Axes(Layout layout, int first, int end) => AxisWalk.Of(layout.Shape.Span[first..end], layout.Strides[first..end]);

    private static void Take(StepBuilder step)
    {
        var (op, source, indices) = (step.Op<Take>(), step.InputOf(0), step.InputOf(1));
        if (step.OutputOf().Shape.ElementCount == 0) return;
        var outer = Axes(source.Layout, 0, op.Axis);
        var (size, stride) = (source.Shape[op.Axis], source.Layout.Strides[op.Axis]);
        var inner = new Shape(source.Shape.Span[(op.Axis + 1)..]).ElementCount;
        var (record, token) = Errors(step, op.Axis, size);
        step.Launch(IndexingKernels.Take((outer.Count, outer.Axes is [var axis] ? axis.X : 0), (size, stride), inner, indices.Shape.ElementCount, source.DType.Size(), ViewSteps.Alignment(source), IsWide(indices)),
            step.Input(0), step.Input(1), step.Output(), record, token);
    }

    private static void Gather(StepBuilder step)
    {
        var (axis, source, indices) = (step.Op<Gather>().Axis, step.InputOf(0), step.InputOf(1));
        if (indices.Shape.ElementCount == 0) return;
        var strides = source.Layout.Strides.ToArray();
        IndexedWalk walk = new(indices.Shape.Span.ToArray(), indices.Layout.Strides.ToArray(), strides, strides, axis, source.Shape[axis], IsWide(indices));
        var (record, token) = Errors(step, axis, walk.Size);
        step.Launch(IndexingKernels.Gather(walk, source.DType.Size()), step.Input(0), step.Input(1), step.Output(), record, token);
    }

    private static void Scatter(StepBuilder step)
    {
        ViewSteps.Copy(step, 0, 0);
        var (axis, indices, values, target) = (step.Op<Scatter>().Axis, step.InputOf(1), step.InputOf(2), step.OutputOf());
        if (indices.Shape.ElementCount == 0) return;
        var walk = Walk(indices, values, target, axis);
        var (record, token) = Errors(step, axis, walk.Size);
        var bytes = values.DType.Size();
        if (walk.IsByColumns)
        {
            step.Launch(IndexingKernels.ScatterColumns(walk, bytes), step.Input(1), step.Input(2), step.Output(), record, token);
            return;
        }
        var winner = step.Scratch(target.Shape.ElementCount * sizeof(int));
        step.Fill(winner, uint.MaxValue, target.Shape.ElementCount);
        step.Launch(IndexingKernels.ScatterMark(walk), step.Input(1), winner, record, token);
        step.Launch(IndexingKernels.ScatterWrite(walk, bytes), step.Input(1), step.Input(2), step.Output(), winner);
    }

    private static void ScatterAdd(StepBuilder step)
    {
        var (axis, indices, values, target) = (step.Op<ScatterAdd>().Axis, step.InputOf(0), step.InputOf(1), step.OutputOf());
        var walk = Walk(indices, values, target, axis);
        if (walk.IsByColumns) AddColumns(step, walk);
        // The elements of the target are rows of one element: their places are the keys.
        else AddSorted(step, walk, 1, walk.Count, target.Shape.ElementCount, 1);
    }

    private static void IndexAdd(StepBuilder step)
    {
        var (axis, indices, target) = (step.Op<IndexAdd>().Axis, step.InputOf(0), step.OutputOf());
        var outer = new Shape(target.Shape.Span[..axis]).ElementCount;
        var inner = new Shape(target.Shape.Span[(axis + 1)..]).ElementCount;
        var (places, size) = (indices.Shape.ElementCount, target.Shape[axis]);
        // [outer, places, inner], where all rows and columns have the same indices.
        IndexedWalk walk = new([outer, places, inner], [0, 1, 0], [places * inner, inner, 1], [size * inner, inner, 1], 1, size, IsWide(indices));
        if (walk.IsByColumns) AddColumns(step, walk, axis);
        else AddSorted(step, new([places], [1], [1], [1], 0, size, IsWide(indices)), outer, places, size, inner, axis);
    }

    private static void AddColumns(StepBuilder step, IndexedWalk walk, int? axis = null)
    {
        var (target, type) = (step.OutputOf(), KernelTypes.Name(step.OutputOf().DType));
        var (count, sum) = (target.Shape.ElementCount, SegmentKernels.SumType(type));
        var sums = sum == type ? step.Output() : step.Scratch(count * KernelTypes.SizeOf(sum));
        step.Clear(sums, count * KernelTypes.SizeOf(sum));
        var (record, token) = Errors(step, axis ?? walk.Axis, walk.Size);
        if (walk.Count > 0) step.Launch(SegmentKernels.AddColumns(type, walk), step.Input(0), step.Input(1), sums, record, token);
        if (sum != type) step.Launch(SegmentKernels.RoundSums(type, count), sums, step.Output());
    }

    private static void AddSorted(StepBuilder step, IndexedWalk walk, long outer, long places, long rows, long inner, int? axis = null)
    {
        var (target, type) = (step.OutputOf(), KernelTypes.Name(step.OutputOf().DType));
        step.Clear(step.Output(), target.Shape.ElementCount * target.DType.Size());
        if (walk.Count == 0 || target.Shape.ElementCount == 0) return;
        var (keys, order) = (step.Scratch(places * sizeof(uint)), step.Scratch(places * sizeof(int)));
        var (record, token) = Errors(step, axis ?? walk.Axis, walk.Size);
        step.Launch(SegmentKernels.FlatKeys(walk, rows), step.Input(0), keys, order, record, token);
        (keys, order) = SortingSteps.Sort(step, sizeof(uint), keys, order, 1, places, SegmentKernels.KeyBits(rows));
        step.Launch(SegmentKernels.SegmentSums(type, outer, places, rows, inner), keys, order, step.Input(1), step.Output());
    }

    private static void FlatIndex(StepBuilder step)
    {
        var op = step.Op<FlatIndex>();
        for (var k = 0; k < op.Sizes.Count; k++)
        {
            var (axis, size, fromEnd) = (k, op.Sizes[k], op.FromEnd);
            var (record, token) = step.IndexErrors((index, _) => IndexValueException.OutOfRange("Indexer", index, axis, size, fromEnd));
            step.Launch(IndexingKernels.FlatIndex(size, fromEnd, k == 0, step.OutputOf().Shape.ElementCount), step.Input(k), step.Output(), record, token);
        }
    }

    private static IndexedWalk Walk(Operand indices, Operand values, Operand target, int axis) =>
        new(indices.Shape.Span.ToArray(), indices.Layout.Strides.ToArray(), values.Layout.Strides.ToArray(), target.Layout.Strides.ToArray(), axis, target.Shape[axis], IsWide(indices));

    private static (StepArgument Record, StepArgument Token) Errors(StepBuilder step, int axis, long size)
    {
        var name = step.Step.Op.Name;
        return step.IndexErrors((index, _) => IndexValueException.OutOfRange(name, index, axis, size));
    }
}
