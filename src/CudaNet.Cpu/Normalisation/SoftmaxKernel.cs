using System.Numerics;
using CudaNet.Cpu.Simd;
using CudaNet.Execution;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Softmax or its logarithm over the last axis, a row at a time while it is in cache.</summary>
internal sealed unsafe class SoftmaxKernel<T, TExp>(Step step, bool logarithm) : IStepKernel
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    where TExp : struct, IUnaryOperator<T>
{
    private readonly nint _columns = (nint)step.Inputs[0].Shape[^1];
    private readonly long _rows = step.Inputs[0].Shape.ElementCount / Math.Max(1, step.Inputs[0].Shape[^1]);

    public void Run(ReadOnlySpan<nint> operands)
    {
        if (_columns == 0) return;
        RowLoop.Run<T, Body>(_rows, _columns, new((T*)operands[0], (T*)operands[1], _columns, logarithm));
    }

    private readonly struct Body(T* x, T* y, nint columns, bool logarithm) : IRowBody<T>
    {
        public long ScratchSize => 0;

        public void Row(long row, T* scratch)
        {
            T* source = x + row * columns, target = y + row * columns;
            var shift = RowExponentials.Shift(source, columns);
            if (logarithm)
            {
                // The difference is exact near the maximum, where the logarithm is small: that is subtracted last.
                var log = T.Log(RowExponentials.Sum<T, TExp>(source, null, columns, shift));
                SimdLoop.Ternary<T, SubSubOperator<T>>(source, shift, log, target, columns);
            }
            else
            {
                var sum = RowExponentials.Sum<T, TExp>(source, target, columns, shift);
                SimdLoop.Binary<T, MulOperator<T>>(target, T.One / sum, target, columns);
            }
        }
    }
}
