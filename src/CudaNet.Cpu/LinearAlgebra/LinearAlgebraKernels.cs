using CudaNet.Cpu.Convolution;
using CudaNet.Cpu.Simd;
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
        table.Add<QuantizedMatMul>(QuantizedProduct, KernelTable.AnyLayout, static (_, types) => types[0].DType == DType.Float32);
        // A product takes any strides; a convolution's own operands are row-major, what its epilogue reads may lie anyhow.
        table.Add<FusedEpilogue>(
            static step => ((FusedEpilogue)step.Op).Anchor switch
            {
                MatMul => Product(step),
                QuantizedMatMul => QuantizedProduct(step),
                _ => ConvolutionKernels.Fused(step, (FusedEpilogue)step.Op),
            },
            static (op, operand, layout) => op.Anchor is MatMul or QuantizedMatMul || operand >= op.AnchorInputs || layout.IsContiguous);
    }

    private static IStepKernel QuantizedProduct(Step step) => new MatMulKernel<float, BiasedByte, float>(step);

    private static IStepKernel Product(Step step) => step.Inputs[0].DType switch
    {
        DType.Float32 => new MatMulKernel<float, float, float>(step),
        DType.Float64 => new MatMulKernel<double, double, double>(step),
        DType.Float16 => new MatMulKernel<Half, Half, float>(step),
        DType.BFloat16 => new MatMulKernel<ushort, ushort, float>(step),
        DType.Int64 => new MatMulKernel<long, long, long>(step),
        DType.Int32 => new MatMulKernel<int, int, int>(step),
        _ => new MatMulKernel<byte, byte, byte>(step),
    };
}
