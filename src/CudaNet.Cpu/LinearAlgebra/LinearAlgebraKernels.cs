using CudaNet.Cpu.Convolution;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.LinearAlgebra;

/// <summary>Matrix products, and the epilogues of all anchors.</summary>
internal static class LinearAlgebraKernels
{
    public static void Register(KernelTable table)
    {
        table.Add<MatMul>(Product, KernelTable.AnyLayout, static (_, types) => types[0].DType != DType.Bool);
        // A product takes any strides; a convolution's own operands are row-major, what its epilogue reads may lie anyhow.
        table.Add<FusedEpilogue>(
            static step => ((FusedEpilogue)step.Op).Anchor is MatMul ? Product(step) : ConvolutionKernels.Fused(step, (FusedEpilogue)step.Op),
            static (op, operand, layout) => op.Anchor is MatMul || operand >= op.AnchorInputs || layout.IsContiguous);
    }

    private static IStepKernel Product(Step step) => step.Inputs[0].DType switch
    {
        DType.Float32 => new MatMulKernel<float, float>(step),
        DType.Float64 => new MatMulKernel<double, double>(step),
        DType.Float16 => new MatMulKernel<Half, float>(step),
        DType.BFloat16 => new MatMulKernel<ushort, float>(step),
        DType.Int64 => new MatMulKernel<long, long>(step),
        DType.Int32 => new MatMulKernel<int, int>(step),
        _ => new MatMulKernel<byte, byte>(step),
    };
}
