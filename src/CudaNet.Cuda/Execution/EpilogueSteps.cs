using CudaNet.Cuda.Driver;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Products with an epilogue: in the kernel's own where it knows it, in one that is compiled with it where that pays, else
/// two steps.</summary>
internal static class EpilogueSteps
{
    public static void Register(CudaKernelTable table, bool canCompile) =>
        table.Add<FusedEpilogue>(
            step =>
            {
                if (step.Op<FusedEpilogue>().Anchor is MatMul) MatMulSteps.Product(step);
                else ConvolutionSteps.Fused(step, step.Op<FusedEpilogue>());
            },
            accepts: (op, k, layout) =>
                k < op.AnchorInputs ? table.Accepts(op.Anchor, k, layout)
                : op.Anchor is MatMul ? MatMulEpilogue.Match(op) is null || MatMulEpilogue.Adds(layout)
                : KernelEpilogue.Adds(op, layout),
            claims: (op, types) => op.Anchor is MatMul ? MatMulSteps.ClaimsFused(op, types, canCompile) : ConvolutionSteps.ClaimsFused(op, types));

    /// <summary>The two steps of a product whose kernel does not know the epilogue; null where the device has no such product.</summary>
    public static CudaStep? TryStage(CudaBackend backend, Step step)
    {
        if (step.Op is not FusedEpilogue op || !backend.RunsOnDevice(op.Anchor, [.. step.Inputs.Take(op.AnchorInputs).Select(input => input.Type)])) return null;
        var result = new Operand(0, Layout.Contiguous(step.Outputs[0].Shape), op.Epilogue.Inputs[0]);
        var builder = new StepBuilder(backend, step);
        var product = builder.Part(op.Anchor, [.. step.Inputs.Take(op.AnchorInputs)], result);
        var epilogue = builder.Part(new FusedElementwise(op.Epilogue, result.Shape), [result, .. step.Inputs.Skip(op.AnchorInputs)], step.Outputs[0]);
        var between = builder.Scratch(result.Shape.ElementCount * result.DType.Size());
        builder.Run(product, [.. Enumerable.Range(0, op.AnchorInputs).Select(builder.Input), between]);
        builder.Run(epilogue, [between, .. Enumerable.Range(op.AnchorInputs, step.Inputs.Count - op.AnchorInputs).Select(builder.Input), builder.Output()]);
        return builder.Build();
    }
}
