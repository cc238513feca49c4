using CudaNet.Cuda.Kernels;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>What runs along an axis from element to element.</summary>
internal static class ScanSteps
{
    private const int FewElements = 32; // of a row, which a thread has by itself
    private const int ManyColumns = 8192, LongColumn = 512; // a thread each for some waves of warps on every multiprocessor

    public static void Register(CudaKernelTable table)
    {
        table.Add<CumSum>(static step => Scan(step, ScanOp.Sum, step.Op<CumSum>().Axis, reverse: step.Op<CumSum>().Reverse),
            claims: static (_, types) => types[0].DType is not (DType.Bool or DType.UInt8) && ViewSteps.Fits(types[0].Shape));
        table.Add<LinearRecurrence>(static step => Scan(step, ScanOp.Decay, step.Op<LinearRecurrence>().Axis, reverse: step.Op<LinearRecurrence>().Reverse),
            claims: static (_, types) => ViewSteps.Fits(types[0].Shape));
        table.Add<CumArgMax>(static step => Scan(step, ScanOp.Best, step.Op<CumArgMax>().Axis, flip: step.Op<CumArgMax>().Smallest),
            claims: static (_, types) => ViewSteps.Fits(types[0].Shape));
    }

    private static void Scan(StepBuilder step, ScanOp op, int axis, bool reverse = false, bool flip = false)
    {
        var (source, target) = (step.InputOf(0), step.OutputOf());
        if (source.Shape.ElementCount == 0) return;
        var type = KernelTypes.Name(source.DType == DType.Bool ? DType.UInt8 : source.DType);
        var outer = new Shape(source.Shape.Span[..axis]).ElementCount;
        var (n, inner) = ((int)source.Shape[axis], (int)new Shape(source.Shape.Span[(axis + 1)..]).ElementCount);
        var (first, second, result) = (step.Input(0), op == ScanOp.Decay ? step.Input(1) : StepArgument.Null, step.Output());
        if (n <= FewElements || (inner > 1 && (outer * inner >= ManyColumns || n < LongColumn)))
        {
            step.Launch(ScanKernels.Columns(op, type, outer, n, inner, reverse, flip), first, second, result);
            return;
        }
        if (inner == 1)
        {
            ScanRows(step, op, type, outer, n, reverse, flip, first, second, result);
            return;
        }
        // Long columns that are too few to keep the device busy are turned into rows and back.
        long[] lying = [(long)n * inner, 1, inner], standing = [(long)n * inner, n, 1];
        StepArgument AsRows(StepArgument columns)
        {
            var rows = step.Scratch(outer * n * inner * source.DType.Size());
            step.Launch(ViewKernels.Copy([outer, inner, n], lying, standing, source.DType.Size(), 64), columns, rows);
            return rows;
        }
        var sums = step.Scratch(outer * n * inner * target.DType.Size());
        ScanRows(step, op, type, outer * inner, n, reverse, flip, AsRows(first), op == ScanOp.Decay ? AsRows(second) : second, sums);
        step.Launch(ViewKernels.Copy([outer, n, inner], [(long)n * inner, 1, n], [(long)n * inner, inner, 1], target.DType.Size(), 64), sums, result);
    }

    private static void ScanRows(StepBuilder step, ScanOp op, string type, long rows, int n, bool reverse, bool flip, StepArgument first, StepArgument second, StepArgument result)
    {
        var (parts, length) = ScanKernels.PartsOf(rows, n);
        var carries = StepArgument.Null;
        if (parts > 1)
        {
            carries = step.Scratch(rows * parts * ScanKernels.StateBytes(op, type));
            step.Launch(ScanKernels.Totals(op, type, rows, n, parts, length, reverse, flip), first, second, carries);
            step.Launch(ScanKernels.Carries(op, type, rows, parts), carries);
        }
        step.Launch(ScanKernels.Rows(op, type, rows, n, parts, length, reverse, flip), first, second, result, carries);
    }
}
