using CudaNet.Cuda.Kernels;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Copies of views, joins, paddings, windows added up, and numbers counted up.</summary>
internal static class ViewSteps
{
    public static void Register(CudaKernelTable table)
    {
        table.Add<Contiguous>(static step => Copy(step, 0, 0), CudaKernelTable.AnyLayout, static (_, types) => Fits(types[0].Shape));
        table.Add<Concat>(Concat, CudaKernelTable.AnyLayout, static (_, types) => types.All(type => Fits(type.Shape)));
        table.Add<Pad>(Pad, CudaKernelTable.AnyLayout, static (op, types) => Fits(op.Infer(types).Shape));
        table.Add<FoldWindows>(Fold, CudaKernelTable.AnyLayout, static (op, types) =>
            types[0].DType is not (DType.Bool or DType.UInt8) && op.Axes.Count <= FoldKernels.MostAxes && Fits(types[0].Shape) && Fits(op.Infer(types).Shape));
        table.Add<Iota>(static step => step.Launch(FoldKernels.Iota(KernelTypes.Name(step.OutputOf().DType), step.OutputOf().Shape.ElementCount), step.Output()));
    }

    /// <summary>Whether kernels that number elements by 31 bits and walk over eight axes can do it.</summary>
    public static bool Fits(Shape shape) => shape.ElementCount <= int.MaxValue && shape.Rank <= KernelAxes.Most;

    /// <summary>What the address of an operand's element is surely a multiple of: slots begin at multiples of 64 bytes.</summary>
    public static long Alignment(Operand operand, long element = 0)
    {
        var bytes = (operand.Layout.Offset + element) * operand.DType.Size();
        return bytes == 0 ? 64 : Math.Min(64, bytes & -bytes);
    }

    /// <summary>Copies an input to where an element of the output begins.</summary>
    public static void Copy(StepBuilder step, int input, long start)
    {
        var (source, target) = (step.InputOf(input), step.OutputOf());
        if (source.Shape.ElementCount == 0) return;
        var alignment = Math.Min(Alignment(source), Alignment(target, start));
        step.Launch(ViewKernels.Copy(source.Shape.Span, source.Layout.Strides, target.Layout.Strides, source.DType.Size(), alignment), step.Input(input), step.Output(0, start * target.DType.Size()));
    }

    private static void Concat(StepBuilder step)
    {
        var (axis, start) = (step.Op<Concat>().Axis, 0L);
        for (var k = 0; k < step.Step.Inputs.Count; k++)
        {
            Copy(step, k, start * step.OutputOf().Layout.Strides[axis]);
            start += step.InputOf(k).Shape[axis];
        }
    }

    private static void Pad(StepBuilder step)
    {
        var (op, source) = (step.Op<Pad>(), step.InputOf(0));
        if (step.OutputOf().Shape.ElementCount == 0) return;
        step.Launch(ViewKernels.Pad(source.Shape.Span, source.Layout.Strides, op.Low.Span, op.High.Span, op.Interior.Span, Bits(op.Value, source.DType), source.DType.Size(), Alignment(source)), step.Input(0), step.Output());
    }

    /// <summary>The bits of a number in a type, in the low bytes.</summary>
    private static ulong Bits(Scalar value, DType type)
    {
        var whole = value.Type.IsFloating() ? (long)value.Value : value.Integer;
        return type switch
        {
            DType.Bool => value.Value != 0 ? 1UL : 0,
            DType.Float64 => BitConverter.DoubleToUInt64Bits(value.Value),
            DType.Float32 => BitConverter.SingleToUInt32Bits((float)value.Value),
            DType.Float16 => BitConverter.HalfToUInt16Bits((Half)value.Value),
            DType.BFloat16 => ((BFloat16)value.Value).Bits,
            _ => unchecked((ulong)whole),
        };
    }

    private static void Fold(StepBuilder step)
    {
        var (op, source, target) = (step.Op<FoldWindows>(), step.InputOf(0), step.OutputOf());
        if (target.Shape.ElementCount == 0) return;
        var rank = target.Shape.Rank;
        var batch = new AxisWalk(Enumerable.Range(0, rank).Where(axis => !op.Axes.Contains(axis)).Select(axis => new WalkedAxis(target.Shape[axis], source.Layout.Strides[axis], target.Layout.Strides[axis])));
        var windows = Enumerable.Range(0, op.Axes.Count).Select(k => new WindowAxis
        {
            Target = new((int)op.Target[k]),
            Size = (uint)op.Size[k],
            Stride = (uint)op.Stride[k],
            Dilation = (uint)op.Dilation[k],
            Windows = (uint)source.Shape[op.Axes[k]],
            Y = target.Layout.Strides[op.Axes[k]],
            XWindow = source.Layout.Strides[op.Axes[k]],
            XElement = source.Layout.Strides[rank + k],
        }).ToArray();
        step.Launch(FoldKernels.Fold(KernelTypes.Name(source.DType), batch, windows, target.Shape.ElementCount), step.Input(0), step.Output());
    }
}
