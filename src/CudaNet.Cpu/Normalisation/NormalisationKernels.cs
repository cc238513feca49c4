using CudaNet.Cpu.Simd;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Softmax, cross entropy and the norms in Float32 and Float64; half types run as their decompositions, which
/// compute in Float32 too.</summary>
internal static class NormalisationKernels
{
    public static void Register(KernelTable table)
    {
        table.Add<Softmax>(
            step => Of(step, () => new SoftmaxKernel<float, ExpOperator>(step, false), () => new SoftmaxKernel<double, ExpOperator>(step, false)),
            claims: (op, types) => IsFull(types[0]) && op.Axis == types[0].Shape.Rank - 1);
        table.Add<LogSoftmax>(
            step => Of(step, () => new SoftmaxKernel<float, ExpOperator>(step, true), () => new SoftmaxKernel<double, ExpOperator>(step, true)),
            claims: (op, types) => IsFull(types[0]) && op.Axis == types[0].Shape.Rank - 1);
        table.Add<CrossEntropyLosses>(
            step => Of(step, () => new CrossEntropyKernel<float, ExpOperator>(step, (CrossEntropyLosses)step.Op), () => new CrossEntropyKernel<double, ExpOperator>(step, (CrossEntropyLosses)step.Op)),
            accepts: (_, operand, layout) => operand == 1 || layout.IsContiguous,
            claims: (_, types) => IsFull(types[0]) && types[0].Shape[1] > 0);
        table.Add<CrossEntropyGrad>(
            step => Of(step, () => new CrossEntropyGradKernel<float, ExpOperator>(step, (CrossEntropyGrad)step.Op), () => new CrossEntropyGradKernel<double, ExpOperator>(step, (CrossEntropyGrad)step.Op)),
            accepts: (_, operand, layout) => operand is 1 or 2 || layout.IsContiguous,
            claims: (_, types) => IsFull(types[0]) && types[0].Shape[1] > 0);
        table.Add<LayerNorm>(
            step => Norm(step, ((LayerNorm)step.Op).NormalizedAxes, ((LayerNorm)step.Op).Epsilon, true), claims: (_, types) => IsFull(types[0]));
        table.Add<RmsNorm>(
            step => Norm(step, ((RmsNorm)step.Op).NormalizedAxes, ((RmsNorm)step.Op).Epsilon, false), claims: (_, types) => IsFull(types[0]));
    }

    private static IStepKernel Norm(Step step, int axes, double epsilon, bool centre) =>
        Of(step, () => new NormKernel<float>(step, axes, epsilon, centre), () => new NormKernel<double>(step, axes, epsilon, centre));

    private static IStepKernel Of(Step step, Func<IStepKernel> single, Func<IStepKernel> full) => step.Inputs[0].DType == DType.Float32 ? single() : full();

    private static bool IsFull(TensorType type) => type.DType is DType.Float32 or DType.Float64;
}
