using CudaNet.Cuda.Kernels;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Draws from a stream's state.</summary>
internal static class RandomSteps
{
    public static void Register(CudaKernelTable table)
    {
        table.Add<RandomBits>(static step => Fill(step, RandomKind.Bits));
        table.Add<RandomUniform>(static step => Fill(step, RandomKind.Uniform));
        table.Add<RandomNormal>(static step => Fill(step, RandomKind.Normal));
        table.Add<RandomInteger>(static step =>
        {
            var op = step.Op<RandomInteger>();
            Fill(step, RandomKind.Integer, op.Low, unchecked((ulong)(op.High - op.Low)));
        });
    }

    private static void Fill(StepBuilder step, RandomKind kind, long low = 0, ulong range = 0)
    {
        var output = step.OutputOf();
        step.Launch(RandomKernels.Fill(kind, KernelTypes.Name(output.DType), output.Shape.ElementCount, low, range), step.Input(0), step.Output());
    }
}
