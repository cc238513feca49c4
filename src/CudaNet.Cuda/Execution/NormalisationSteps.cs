using CudaNet.Cuda.Kernels;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Softmax and the norms over the last axis in Float32 and the half types; others are decomposed.</summary>
internal static class NormalisationSteps
{
    public static void Register(CudaKernelTable table)
    {
        table.Add<Softmax>(step => Softmax(step, log: false), claims: static (op, types) => IsLastAxis(types[0], op.Axis));
        table.Add<LogSoftmax>(step => Softmax(step, log: true), claims: static (op, types) => IsLastAxis(types[0], op.Axis));
    }

    private static bool IsLastAxis(TensorType type, int axis) => KernelTypes.IsFloat(type.DType) && axis == type.Shape.Rank - 1 && type.Shape.ElementCount <= int.MaxValue;

    private static void Softmax(StepBuilder step, bool log)
    {
        var (rows, n) = Rows(step.InputOf(0).Shape);
        step.Launch(SoftmaxKernels.Rows("softmax_forward", KernelTypes.Name(step.InputOf(0).DType), log, rows, n), step.Input(0), step.Output(), n);
    }

    private static (int Rows, int N) Rows(Shape shape)
    {
        var n = (int)shape[shape.Rank - 1];
        return (n == 0 ? 0 : (int)(shape.ElementCount / n), n);
    }
}
