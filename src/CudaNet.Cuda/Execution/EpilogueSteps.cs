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
        var product = new Step(op.Anchor, [.. step.Inputs.Take(op.AnchorInputs)], [result]) { Name = op.Anchor.Name };
        var epilogue = new Step(new FusedElementwise(op.Epilogue, result.Shape), [result, .. step.Inputs.Skip(op.AnchorInputs)], step.Outputs) { Name = step.Name };
        return new Staged(backend, step, (CudaStep)backend.Compile(product), (CudaStep)backend.Compile(epilogue), op.AnchorInputs, result.Shape.ElementCount * result.DType.Size());
    }

    /// <summary>A product into scratch memory, and its epilogue from there.</summary>
    private sealed class Staged(CudaBackend backend, Step step, CudaStep product, CudaStep epilogue, int productInputs, long resultBytes) : CudaStep(backend, step)
    {
        private readonly long _own = StepBuilder.Aligned(resultBytes);

        public override long ScratchBytes => _own + Math.Max(product.ScratchBytes, epilogue.ScratchBytes);

        public override bool IsRecordable => product.IsRecordable && epilogue.IsRecordable;

        public override bool ReportsErrors => product.ReportsErrors || epilogue.ReportsErrors;

        public override void Enqueue(in StepAddresses addresses, CudaStreamHandle stream)
        {
            var rest = addresses.Scratch + (nint)_own;
            product.Enqueue(new([.. addresses.Operands[..productInputs], addresses.Scratch], rest, addresses.Error), stream);
            epilogue.Enqueue(new([addresses.Scratch, .. addresses.Operands[productInputs..]], rest, addresses.Error), stream);
        }
    }
}
