using CudaNet.Cuda.Kernels;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Pooling and its gradients in Float32 and the half types; others are decomposed.</summary>
internal static class PoolingSteps
{
    private static readonly (int, int, int) NotCounted = (-1, -1, -1);

    public static void Register(CudaKernelTable table)
    {
        table.Add<MaxPool>(Maximum, claims: static (op, types) => Claims(op, types));
        table.Add<MaxPoolGrad>(MaximumGradient, claims: static (op, types) => Claims(op, types));
        table.Add<AvgPool>(Mean, claims: static (op, types) => Claims(op, types) && HasNoDilation(op.Geometry));
        table.Add<AvgPoolGrad>(MeanGradient, claims: static (op, types) => Claims(op, types) && HasNoDilation(op.Geometry));
    }

    private static bool Claims(Op op, TensorType[] types) => KernelTypes.IsFloat(types[0].DType) && types.Append(op.Infer(types)).All(type => type.Shape.ElementCount <= int.MaxValue);

    private static bool HasNoDilation(ConvGeometry geometry) => geometry.Dilation.Span.IndexOfAnyExcept(1L) < 0;

    private static void Maximum(StepBuilder step)
    {
        var (op, x) = (step.Op<MaxPool>(), step.InputOf(0));
        var arguments = PoolKernels.Arguments(Problem(op.Geometry, x.Shape, op.Kernel, step.OutputOf().Shape), NotCounted, backward: false);
        Launch(step, "max_pool", arguments, step.Input(0), step.Output(), StepArgument.Null);
    }

    private static void MaximumGradient(StepBuilder step)
    {
        var (op, x, y) = (step.Op<MaxPoolGrad>(), step.InputOf(0).Shape, step.InputOf(1).Shape);
        var problem = Problem(op.Geometry, x, op.Kernel, y);
        var first = step.Scratch(y.ElementCount * sizeof(int));
        Launch(step, "max_pool", PoolKernels.Arguments(problem, NotCounted, backward: false), step.Input(0), StepArgument.Null, first);
        Launch(step, "max_pool_backward", PoolKernels.Arguments(problem, NotCounted, backward: true), step.Input(1), step.Output(), first);
    }

    private static void Mean(StepBuilder step)
    {
        var op = step.Op<AvgPool>();
        var arguments = PoolKernels.Arguments(Problem(op.Geometry, step.InputOf(0).Shape, op.Kernel, step.OutputOf().Shape), Three(op.Counted), backward: false);
        Launch(step, "avg_pool", arguments, step.Input(0), step.Output(), StepArgument.Null);
    }

    private static void MeanGradient(StepBuilder step)
    {
        var op = step.Op<AvgPoolGrad>();
        var arguments = PoolKernels.Arguments(Problem(op.Geometry, step.OutputOf().Shape, op.Kernel, step.InputOf(0).Shape), Three(op.Counted), backward: true);
        Launch(step, "avg_pool_backward", arguments, step.Input(0), step.Output(), StepArgument.Null);
    }

    private static void Launch(StepBuilder step, string entry, PoolArguments arguments, StepArgument source, StepArgument result, StepArgument first) =>
        step.Launch(PoolKernels.Launch(entry, KernelTypes.Name(step.InputOf(0).DType), arguments), StepArgument.Structure(arguments,
            (nameof(PoolArguments.Source), source), (nameof(PoolArguments.Result), result), (nameof(PoolArguments.First), first)));

    /// <summary>A pooling window is like that of a convolution of each channel by itself.</summary>
    private static ConvProblem Problem(ConvGeometry geometry, Shape x, Shape kernel, Shape y) => ConvProblem.Of(geometry with { Groups = 1 }, x, new Shape(1, x[1]).Concat(kernel.Span), y);

    private static (int, int, int) Three(Integers counted)
    {
        int At(int fromLast) => counted.Count > fromLast ? (int)counted[counted.Count - 1 - fromLast] : 0;
        return (At(2), At(1), At(0));
    }
}
