using CudaNet.Cpu.Threading;
using CudaNet.Execution;

namespace CudaNet.Cpu;

/// <summary>Runs a Float32 kernel on 16-bit operands: inputs are widened into scratch memory, the result is rounded once.</summary>
internal sealed unsafe class WidenedKernel : IStepKernel
{
    private const int Alignment = 16;

    private readonly IStepKernel _inner;
    private readonly (DType Type, long Count, long Offset)[] _operands;
    private readonly long _total;

    /// <param name="step">A step of row-major operands.</param>
    /// <param name="create">Makes the kernel of the same step in Float32.</param>
    public WidenedKernel(Step step, KernelFactory create)
    {
        var all = step.Inputs.Concat(step.Outputs).ToArray();
        _operands = new (DType, long, long)[all.Length];
        for (var k = 0; k < all.Length; k++)
        {
            _operands[k] = (all[k].DType, all[k].Shape.ElementCount, _total);
            if (all[k].DType.IsHalf()) _total += (all[k].Shape.ElementCount + Alignment - 1) / Alignment * Alignment;
        }
        _inner = create(step with { Inputs = [.. step.Inputs.Select(Wide)], Outputs = [.. step.Outputs.Select(Wide)] });
    }

    public void Run(ReadOnlySpan<nint> operands)
    {
        using var scratch = Scratch.Rent(_total * sizeof(float));
        var wide = stackalloc nint[operands.Length];
        for (var k = 0; k < operands.Length; k++)
        {
            var (type, count, offset) = _operands[k];
            wide[k] = type.IsHalf() ? (nint)((float*)scratch.Pointer + offset) : operands[k];
            if (type.IsHalf() && k < operands.Length - 1) HalfConversion.Widen(type, operands[k], (float*)wide[k], count);
        }
        _inner.Run(new(wide, operands.Length));
        var (result, elements, _) = _operands[^1];
        if (result.IsHalf()) HalfConversion.Narrow(result, (float*)wide[operands.Length - 1], operands[^1], elements);
    }

    private static Operand Wide(Operand operand) => operand.DType.IsHalf() ? operand with { DType = DType.Float32 } : operand;
}
