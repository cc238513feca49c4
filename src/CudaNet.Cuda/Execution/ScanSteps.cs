using CudaNet.Cuda.Kernels;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>What runs along an axis from element to element.</summary>
internal static class ScanSteps
{
    private const int FewElements = 32; // of a row, which a thread has by itself

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
        var source = step.InputOf(0);
        if (source.Shape.ElementCount == 0) return;
        var type = KernelTypes.Name(source.DType == DType.Bool ? DType.UInt8 : source.DType);
        var outer = new Shape(source.Shape.Span[..axis]).ElementCount;
        var (n, inner) = ((int)source.Shape[axis], (int)new Shape(source.Shape.Span[(axis + 1)..]).ElementCount);
        var second = op == ScanOp.Decay ? step.Input(1) : StepArgument.Null;
        if (inner > 1 || n <= FewElements)
        {
            step.Launch(ScanKernels.Columns(op, type, outer, n, inner, reverse, flip), step.Input(0), second, step.Output());
            return;
        }
        var (parts, length) = ScanKernels.PartsOf(outer, n);
        var carries = StepArgument.Null;
        if (parts > 1)
        {
            carries = step.Scratch(outer * parts * ScanKernels.StateBytes(op, type));
            step.Launch(ScanKernels.Totals(op, type, outer, n, parts, length, reverse, flip), step.Input(0), second, carries);
            step.Launch(ScanKernels.Carries(op, type, outer, parts), carries);
        }
        step.Launch(ScanKernels.Rows(op, type, outer, n, parts, length, reverse, flip), step.Input(0), second, step.Output(), carries);
    }
}
