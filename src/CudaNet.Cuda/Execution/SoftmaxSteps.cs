using CudaNet.Cuda.Kernels;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Softmax and cross entropy in Float32 and the half types; others are decomposed.</summary>
internal static class SoftmaxSteps
{
    public static void Register(CudaKernelTable table)
    {
        table.Add<Softmax>(step => Softmax(step, log: false), claims: static (op, types) => IsLastAxis(types[0], op.Axis));
        table.Add<LogSoftmax>(step => Softmax(step, log: true), claims: static (op, types) => IsLastAxis(types[0], op.Axis));
        table.Add<CrossEntropyLosses>(
            step => CrossEntropy(step, "cross_entropy_forward", step.Op<CrossEntropyLosses>().IgnoreIndex, step.Op<CrossEntropyLosses>().LabelSmoothing, upstream: 0),
            accepts: static (_, operand, layout) => operand == 1 || layout.IsContiguous,
            claims: static (_, types) => HasClasses(types));
        table.Add<CrossEntropyGrad>(
            step => CrossEntropy(step, "cross_entropy_backward", step.Op<CrossEntropyGrad>().IgnoreIndex, step.Op<CrossEntropyGrad>().LabelSmoothing, upstream: 1),
            accepts: static (_, operand, layout) => operand is 1 or 2 || layout.IsContiguous,
            claims: static (_, types) => HasClasses(types));
        table.Add<SoftmaxGrad>(SoftmaxGrad, claims: static (op, types) => IsLastAxis(types[0], op.Axis));
    }

    private static bool Fits(TensorType type) => KernelTypes.IsFloat(type.DType) && type.Shape.ElementCount <= int.MaxValue - 256;

    private static bool IsLastAxis(TensorType type, int axis) => Fits(type) && axis == type.Shape.Rank - 1;

    private static bool HasClasses(TensorType[] types) => Fits(types[0]) && types[0].Shape[1] > 0;

    private static void Softmax(StepBuilder step, bool log)
    {
        var (rows, n) = Rows(step.InputOf(0).Shape);
        step.Launch(SoftmaxKernels.Rows("softmax_forward", KernelTypes.Name(step.InputOf(0).DType), log, rows, n), step.Input(0), step.Output(), n);
    }

    private static void SoftmaxGrad(StepBuilder step)
    {
        var (rows, n) = Rows(step.InputOf(0).Shape);
        step.Launch(SoftmaxKernels.Rows("softmax_backward", KernelTypes.Name(step.InputOf(0).DType), step.Op<SoftmaxGrad>().Logarithm, rows, n), step.Input(0), step.Input(1), step.Output(), n);
    }

    /// <summary>Inputs: logits, targets, the upstream gradient where there is one, weights where there are some.</summary>
    private static void CrossEntropy(StepBuilder step, string entry, long? ignore, double smoothing, int upstream)
    {
        var (logits, targets) = (step.InputOf(0), step.InputOf(1));
        var (rows, n) = Rows(logits.Shape);
        var weights = 2 + upstream;
        var (record, token) = step.IndexErrors((target, row) => CrossEntropyLosses.ClassOutOfRange(target, row, n));
        var arguments = new CrossEntropyArguments
        {
            Ignore = ignore ?? 0,
            Ignores = ignore is null ? 0 : 1,
            TargetStride = targets.Layout.Strides[0],
            TargetBytes = targets.DType.Size(),
            UpstreamStride = upstream > 0 ? step.InputOf(2).Layout.Strides[0] : 0,
            N = n,
            Smoothing = (float)smoothing,
        };
        step.Launch(CrossEntropyKernels.Rows(entry, KernelTypes.Name(logits.DType), rows, n), StepArgument.Structure(arguments,
            (nameof(CrossEntropyArguments.Logits), step.Input(0)), (nameof(CrossEntropyArguments.Targets), step.Input(1)),
            (nameof(CrossEntropyArguments.Weights), step.Step.Inputs.Count > weights ? step.Input(weights) : StepArgument.Null),
            (nameof(CrossEntropyArguments.Upstream), upstream > 0 ? step.Input(2) : StepArgument.Null),
            (nameof(CrossEntropyArguments.Result), step.Output()), (nameof(CrossEntropyArguments.Error), record), (nameof(CrossEntropyArguments.Token), token)));
    }

    private static (int Rows, int N) Rows(Shape shape)
    {
        var n = (int)shape[^1];
        return (n == 0 ? 0 : (int)(shape.ElementCount / n), n);
    }
}
