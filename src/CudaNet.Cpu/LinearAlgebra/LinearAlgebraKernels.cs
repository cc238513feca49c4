using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.LinearAlgebra;

/// <summary>Matrix products.</summary>
internal static class LinearAlgebraKernels
{
    public static void Register(KernelTable table) => table.Add<MatMul>(Product, KernelTable.AnyLayout, static (_, types) => types[0].DType != DType.Bool);

    /// <summary>The product without an epilogue.</summary>
    public static IStepKernel Product(Step step) => step.Inputs[0].DType switch
    {
        DType.Float32 => new MatMulKernel<float>(step),
        DType.Float64 => new MatMulKernel<double>(step),
        DType.Float16 => new HalfMatMulKernel<Half>(step),
        DType.BFloat16 => new HalfMatMulKernel<ushort>(step),
        DType.Int64 => new MatMulKernel<long>(step),
        DType.Int32 => new MatMulKernel<int>(step),
        _ => new MatMulKernel<byte>(step),
    };
}
