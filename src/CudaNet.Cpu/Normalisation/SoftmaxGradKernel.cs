using System.Numerics;
using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;
using CudaNet.Execution;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Gradient of softmax or its logarithm over the last axis: a sum of a row, then the row while it is in cache.</summary>
internal sealed unsafe class SoftmaxGradKernel<T, TOperator>(Step step, bool logarithm) : IStepKernel
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    where TOperator : struct, ITernaryOperator<T>
{
    private readonly nint _columns = (nint)step.Inputs[0].Shape[^1];
    private readonly long _rows = step.Inputs[0].Shape.ElementCount / Math.Max(1, step.Inputs[0].Shape[^1]);

    public void Run(ReadOnlySpan<nint> operands)
    {
        if (_columns == 0) return;
        RowLoop.Run<T, Body>(_rows, _columns, new((T*)operands[0], (T*)operands[1], (T*)operands[2], _columns, logarithm));
    }

    private readonly struct Body(T* y, T* upstream, T* gradient, nint columns, bool logarithm) : IRowBody<T>
    {
        public long ScratchSize => 0;

        public void Row(long row, T* scratch)
        {
            var first = row * columns;
            var sum = logarithm ? SimdLoop.Reduce<T, AddOperator<T>>(upstream + first, columns) : SimdLoop.Dot(y + first, upstream + first, columns);
            SimdLoop.Ternary<T, TOperator>(y + first, upstream + first, sum, gradient + first, columns);
        }
    }
}

/// <summary>w = x·(y − z): the gradient of softmax from its result, upstream and their sum.</summary>
internal readonly struct SoftmaxGradOperator<T> : ITernaryOperator<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y, V z)
        where V : unmanaged, ISimd<V, T> => x * (y - z);
}

/// <summary>w = y − eˣ·z: the gradient of the logarithm of softmax from its result, upstream and its sum.</summary>
internal readonly struct LogSoftmaxGradOperator<T, TExp> : ITernaryOperator<T>
    where T : unmanaged
    where TExp : struct, IUnaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y, V z)
        where V : unmanaged, ISimd<V, T> => V.FmaNegated(TExp.Invoke(x), z, y);
}
