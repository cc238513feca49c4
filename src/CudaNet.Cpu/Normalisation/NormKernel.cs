using System.Numerics;
using CudaNet.Cpu.Simd;
using CudaNet.Execution;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Layer normalisation, or normalisation by the root mean square, over the last axes: three passes over a row in cache.</summary>
internal sealed unsafe class NormKernel<T>(Step step, int axes, double epsilon, bool centre) : IStepKernel
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
{
    private readonly nint _columns = (nint)step.Inputs[0].Shape.Slice(step.Inputs[0].Shape.Rank - axes, axes).ElementCount;
    private readonly long _elements = step.Inputs[0].Shape.ElementCount;
    private readonly int _inputs = step.Inputs.Count;

    public void Run(ReadOnlySpan<nint> operands)
    {
        if (_elements == 0) return;
        var gamma = _inputs > 1 ? (T*)operands[1] : null;
        var beta = _inputs > 2 ? (T*)operands[2] : null;
        RowLoop.Run<T, Body>(_elements / _columns, _columns, new((T*)operands[0], gamma, beta, (T*)operands[^1], _columns, T.CreateSaturating(epsilon), centre));
    }

    private readonly struct Body(T* x, T* gamma, T* beta, T* y, nint columns, T epsilon, bool centre) : IRowBody<T>
    {
        public long ScratchSize => 0;

        public void Row(long row, T* scratch)
        {
            T* source = x + row * columns;
            var count = T.CreateChecked(columns);
            var mean = centre ? SimdLoop.Reduce<T, AddOperator<T>>(source, columns) / count : T.Zero;
            var variance = RowMoments.Squares(source, columns, mean) / count;
            RowMoments.Normalize(source, y + row * columns, columns, mean, T.One / T.Sqrt(variance + epsilon), gamma, beta);
        }
    }
}
