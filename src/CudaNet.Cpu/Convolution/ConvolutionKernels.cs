using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.Convolution;

/// <summary>Convolutions and pooling.</summary>
internal static class ConvolutionKernels
{
    public static void Register(KernelTable table)
    {
        table.Add<Conv>(Convolve);
        table.Add<ConvInputGrad>(Convolve);
        table.Add<ConvWeightGrad>(Convolve);
        table.Add<MaxPool>(step => Max(step, ((MaxPool)step.Op).Geometry, ((MaxPool)step.Op).Kernel, step.Outputs[0].Shape, false), claims: (_, types) => IsFull(types[0]));
        table.Add<MaxPoolGrad>(step => Max(step, ((MaxPoolGrad)step.Op).Geometry, ((MaxPoolGrad)step.Op).Kernel, step.Inputs[1].Shape, true), claims: (_, types) => IsFull(types[0]));
        table.Add<AvgPool>(Average, claims: (op, types) => IsFull(types[0]));
        table.Add<AvgPoolGrad>(Average, claims: (op, types) => IsFull(types[0]));
    }

    /// <summary>The kernel of one of the three convolution ops, without an epilogue.</summary>
    public static IStepKernel Convolve(Step step) => step.Inputs[0].DType switch
    {
        DType.Float32 => Convolve<float>(step),
        DType.Float64 => Convolve<double>(step),
        _ => new WidenedKernel(step, Convolve),
    };

    private static IStepKernel Convolve<T>(Step step)
        where T : unmanaged, System.Numerics.INumberBase<T> => step.Op switch
        {
            ConvWeightGrad op => new ConvWeightGradKernel<T>(step, op),
            _ => new ConvKernel<T>(step),
        };

    /// <summary>A convolution with an epilogue: in place on each finished tile where result and output have one type that is computed in.</summary>
    public static IStepKernel Fused(Step step, FusedEpilogue op)
    {
        var type = step.Inputs[0].DType;
        var anchor = step with { Op = op.Anchor, Inputs = [.. step.Inputs.Take(op.AnchorInputs)] };
        if (type.IsHalf() || step.Outputs[0].DType != type) return new StagedEpilogueKernel(step, op, Convolve);
        var epilogue = new PlaneEpilogue(step, op);
        return type == DType.Float32 ? new ConvKernel<float>(anchor, epilogue) : new ConvKernel<double>(anchor, epilogue);
    }

    private static IStepKernel Max(Step step, ConvGeometry geometry, Shape kernel, Shape y, bool gradient)
    {
        var shape = PoolShape(geometry, step.Inputs[0].Shape, kernel, y);
        return step.Inputs[0].DType == DType.Float32 ? new MaxPoolKernel<float>(shape, gradient) : new MaxPoolKernel<double>(shape, gradient);
    }

    private static IStepKernel Average(Step step)
    {
        var (geometry, kernel, counted, gradient) = step.Op is AvgPool op
            ? (op.Geometry, op.Kernel, op.Counted, false)
            : (((AvgPoolGrad)step.Op).Geometry, ((AvgPoolGrad)step.Op).Kernel, ((AvgPoolGrad)step.Op).Counted, true);
        var (x, y) = gradient ? (step.Outputs[0].Shape, step.Inputs[0].Shape) : (step.Inputs[0].Shape, step.Outputs[0].Shape);
        var shape = PoolShape(geometry, x, kernel, y);
        return step.Inputs[0].DType == DType.Float32 ? new AvgPoolKernel<float>(shape, counted, gradient) : new AvgPoolKernel<double>(shape, counted, gradient);
    }

    /// <summary>A pooling window is like that of a convolution of each channel by itself.</summary>
    private static ConvShape PoolShape(ConvGeometry geometry, Shape x, Shape kernel, Shape y) => new(geometry, x, new Shape(x[1], 1).Concat(kernel.Span), y);

    private static bool IsFull(TensorType type) => type.DType is DType.Float32 or DType.Float64;
}
