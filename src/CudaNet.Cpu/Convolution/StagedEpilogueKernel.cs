using CudaNet.Cpu.Elementwise;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Graphs;

namespace CudaNet.Cpu.Convolution;

/// <summary>A convolution into scratch memory in the type that it is computed in, then its epilogue into the output: for half
/// types, whose sums must not be rounded before, and for epilogues that change the type.</summary>
internal sealed unsafe class StagedEpilogueKernel : IStepKernel
{
    private readonly IStepKernel _anchor;
    private readonly PlaneEpilogue _epilogue;
    private readonly (DType Type, long Count, long Offset)[] _wide;
    private readonly long _planes;
    private readonly long _resultOffset;
    private readonly long _bytes;
    private readonly int _size;
    private readonly int _resultSize;

    public StagedEpilogueKernel(Step step, FusedEpilogue op, KernelFactory create)
    {
        var type = step.Inputs[0].DType;
        var compute = type.IsHalf() ? DType.Float32 : type;
        _size = compute.Size();
        _resultSize = step.Outputs[0].DType.Size();
        _wide = new (DType, long, long)[op.AnchorInputs];
        for (var k = 0; k < _wide.Length; k++)
        {
            _wide[k] = (type, step.Inputs[k].Shape.ElementCount, _bytes);
            if (type.IsHalf()) _bytes += (step.Inputs[k].Shape.ElementCount * _size + 63) / 64 * 64;
        }
        _resultOffset = _bytes;
        _bytes += step.Outputs[0].Shape.ElementCount * _size;
        _planes = step.Outputs[0].Shape[0] * step.Outputs[0].Shape[1];
        _epilogue = new(step, op);
        _anchor = create(step with
        {
            Op = op.Anchor,
            Inputs = [.. step.Inputs.Take(op.AnchorInputs).Select(input => input with { DType = compute })],
            Outputs = [step.Outputs[0] with { DType = compute }],
        });
    }

    public void Run(ReadOnlySpan<nint> operands)
    {
        if (_planes * _epilogue.Places == 0) return;
        using var scratch = Scratch.Rent(_bytes);
        var inner = stackalloc nint[_wide.Length + 1];
        for (var k = 0; k < _wide.Length; k++)
        {
            var (type, count, offset) = _wide[k];
            inner[k] = type.IsHalf() ? (nint)(scratch.Pointer + offset) : operands[k];
            if (type.IsHalf()) HalfConversion.Widen(type, operands[k], (float*)inner[k], count);
        }
        inner[_wide.Length] = (nint)(scratch.Pointer + _resultOffset);
        _anchor.Run(new(inner, _wide.Length + 1));
        var extras = stackalloc nint[operands.Length];
        operands[_wide.Length..].CopyTo(new(extras, operands.Length));
        WorkerPool.ParallelFor(_planes, Math.Max(1, 16384 / _epilogue.Places), new Job(this, extras, (byte*)inner[_wide.Length], (byte*)operands[^1]));
    }

    private readonly struct Job(StagedEpilogueKernel kernel, nint* extras, byte* source, byte* result) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            var (sourceStride, resultStride) = (kernel._epilogue.Places * kernel._size, kernel._epilogue.Places * kernel._resultSize);
            kernel._epilogue.Apply(extras, start, (int)(end - start), 0, (int)kernel._epilogue.Places,
                source + start * sourceStride, sourceStride, kernel._size, result + start * resultStride, resultStride, kernel._resultSize);
        }
    }
}
