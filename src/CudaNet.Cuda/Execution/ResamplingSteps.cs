using CudaNet.Cuda.Kernels;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Images at places between their pixels, of Float32, the half types and bytes; Float64 is decomposed.</summary>
internal static class ResamplingSteps
{
    public static void Register(CudaKernelTable table) => table.Add<AffineSample>(Sample, claims: static (op, types) =>
        (KernelTypes.IsFloat(types[0].DType) || types[0].DType == DType.UInt8)
        && types[0].Shape[2] * types[0].Shape[3] <= int.MaxValue - 256 && types[0].Shape[0] * op.Height * op.Width <= int.MaxValue - 256);

    private static void Sample(StepBuilder step)
    {
        var op = step.Op<AffineSample>();
        var (images, result) = (step.InputOf(0), step.OutputOf());
        if (result.Shape.ElementCount == 0) return;
        var count = (int)(result.Shape[0] * op.Height * op.Width);
        var scales = step.Step.Inputs.Count > 2;
        step.Launch(AffineSampleKernels.Pixels(KernelTypes.Name(images.DType), KernelTypes.Name(result.DType), count),
            step.Input(0), step.Input(1), scales ? step.Input(2) : StepArgument.Null, scales ? step.Input(3) : StepArgument.Null, step.Output(),
            count, (int)images.Shape[1], (int)images.Shape[2], (int)images.Shape[3], (int)op.Height, (int)op.Width, op.Padding == SamplePadding.Border ? 1 : 0);
    }
}
