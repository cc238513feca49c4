using System.Numerics;
using CudaNet.Cpu.Elementwise;
using CudaNet.Cpu.Simd;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.Reductions;

/// <summary>Steps of reductions.</summary>
internal static class ReductionKernels
{
    public static void Register(KernelTable table)
    {
        table.Add<FusedReduction>(Fold, KernelTable.AnyLayout, static (op, _) =>
            op.Reduction is Sum or Prod or Max or Min && ElementwiseKernels.Runs(op.Program) && (op.Epilogue is null || ElementwiseKernels.Runs(op.Epilogue)));
        table.Add<ArgMax>(static step => Arg(step, greatest: true), KernelTable.AnyLayout);
        table.Add<ArgMin>(static step => Arg(step, greatest: false), KernelTable.AnyLayout);
    }

    private static IStepKernel Fold(Step step)
    {
        var op = (FusedReduction)step.Op;
        var type = op.Folded.DType;
        return LaneTypes.Of(type) switch
        {
            Lane.Byte => Fold<byte>(step, op.Reduction, all: type == DType.Bool ? (byte)1 : byte.MaxValue),
            Lane.Int32 => Fold<int>(step, op.Reduction, int.MaxValue),
            Lane.Int64 => Fold<long>(step, op.Reduction, long.MaxValue),
            Lane.Single => Fold<float>(step, op.Reduction, float.PositiveInfinity),
            _ => Fold<double>(step, op.Reduction, double.PositiveInfinity),
        };
    }

    /// <param name="step">The step.</param>
    /// <param name="reduction">What folds.</param>
    /// <param name="all">The minimum of nothing; for Bool true.</param>
    private static IStepKernel Fold<T>(Step step, Op reduction, T all) where T : unmanaged, INumber<T>, IMinMaxValue<T> => reduction switch
    {
        Sum => new FoldKernel<T, AddOperator<T>>(step, T.Zero),
        Prod => new FoldKernel<T, MulOperator<T>>(step, T.One),
        Max => new FoldKernel<T, MaxOperator<T>>(step, MaxOperator<T>.Identity),
        Min => new FoldKernel<T, MinOperator<T>>(step, all),
        _ => throw new DeviceException($"{reduction.Name}: the CPU has no kernel for it."),
    };

    private static IStepKernel Arg(Step step, bool greatest) => LaneTypes.Of(step.Inputs[0].DType) switch
    {
        Lane.Byte => new ArgKernel<byte>(step, greatest),
        Lane.Int32 => new ArgKernel<int>(step, greatest),
        Lane.Int64 => new ArgKernel<long>(step, greatest),
        Lane.Single => new ArgKernel<float>(step, greatest),
        _ => new ArgKernel<double>(step, greatest),
    };
}
