using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;

namespace CudaNet.Cpu.LinearAlgebra;

/// <summary>A batched matrix product of one type.</summary>
internal sealed unsafe class MatMulKernel<T>(Step step) : IStepKernel
    where T : unmanaged, INumberBase<T>
{
    private readonly BatchAxes _batch = new(step.Inputs[0].Layout, step.Inputs[1].Layout);
    private readonly GemmShape _shape = new BatchAxes(step.Inputs[0].Layout, step.Inputs[1].Layout).Shape(step.Inputs[0], step.Inputs[1]);

    public void Run(ReadOnlySpan<nint> operands)
    {
        var size = _shape.Batch * _shape.CBatch;
        for (long call = 0; call < _batch.Outer; call++)
        {
            var (a, b) = _batch.Offsets(call);
            MatrixProduct.Run(_shape, (T*)operands[0] + a, (T*)operands[1] + b, (T*)operands[^1] + call * size);
        }
    }
}

/// <summary>A batched matrix product of 16-bit operands, summed in Float32 and rounded once.</summary>
/// <typeparam name="T">Half, or ushort for the bits of a bfloat16.</typeparam>
internal sealed unsafe class HalfMatMulKernel<T>(Step step) : IStepKernel
    where T : unmanaged
{
    private readonly BatchAxes _batch = new(step.Inputs[0].Layout, step.Inputs[1].Layout);
    private readonly GemmShape _shape = new BatchAxes(step.Inputs[0].Layout, step.Inputs[1].Layout).Shape(step.Inputs[0], step.Inputs[1]);
    private readonly DType _type = step.Inputs[0].DType;

    public void Run(ReadOnlySpan<nint> operands)
    {
        var size = _shape.Batch * _shape.CBatch;
        using var scratch = Scratch.Rent(size * sizeof(float));
        var sums = (float*)scratch.Pointer;
        for (long call = 0; call < _batch.Outer; call++)
        {
            var (a, b) = _batch.Offsets(call);
            MatrixProduct.RunMixed(_shape, (T*)operands[0] + a, (T*)operands[1] + b, sums, 1f, 0f, default(NoEpilogue<float>));
            HalfConversion.Narrow(_type, sums, (nint)((ushort*)operands[^1] + call * size), size);
        }
    }
}
