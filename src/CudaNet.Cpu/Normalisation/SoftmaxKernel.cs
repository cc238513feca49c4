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
        public long ScratchSize => logarithm ? columns : 0;

        public void Row(long row, T* scratch)
        {
            T* source = x + row * columns, target = y + row * columns;
            SimdLoop.Binary<T, SubOperator<T>>(source, Rows.Shift(source, columns), target, columns);
            if (logarithm)
            {
                SimdLoop.Unary<T, TExp>(target, scratch, columns);
                SimdLoop.Binary<T, SubOperator<T>>(target, T.Log(Rows.Divisor(scratch, columns)), target, columns);
            }
            else
            {
                SimdLoop.Unary<T, TExp>(target, target, columns);
                SimdLoop.Binary<T, MulOperator<T>>(target, T.One / Rows.Divisor(target, columns), target, columns);
            }
        }
    }
}

/// <summary>What the kernels over rows share.</summary>
internal static unsafe class Rows
{
    /// <summary>The maximum, or 0 for a row of −∞: what is subtracted before exp.</summary>
    public static T Shift<T>(T* x, nint n)
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        var max = SimdLoop.Reduce<T, MaxOperator<T>>(x, n);
        return T.IsNegativeInfinity(max) ? T.Zero : max;
    }

    /// <summary>The sum of exponentials, or 1 where all of them are 0.</summary>
    public static T Divisor<T>(T* exponentials, nint n)
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        var sum = SimdLoop.Reduce<T, AddOperator<T>>(exponentials, n);
        return sum == T.Zero ? T.One : sum;
    }
}
