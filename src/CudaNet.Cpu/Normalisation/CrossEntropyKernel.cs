using System.Numerics;
using CudaNet.Cpu.Simd;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Normalisation;

/// <summary>How class numbers lie in memory.</summary>
internal readonly unsafe struct ClassNumbers(nint pointer, DType type, long stride)
{
    /// <summary>The class of a row, as it stands there.</summary>
    public long this[long row] => type switch
    {
        DType.Int64 => ((long*)pointer)[row * stride],
        DType.Int32 => ((int*)pointer)[row * stride],
        _ => ((byte*)pointer)[row * stride],
    };

    /// <summary>Refuses a class that is not one of the row's.</summary>
    public static long Check(long target, long row, long classes) => (ulong)target < (ulong)classes
        ? target
        : throw CrossEntropyLosses.ClassOutOfRange(target, row, classes);
}

/// <summary>Cross entropy of rows from class numbers: max, exponentials, sum and loss of a row while it is in cache.</summary>
internal sealed unsafe class CrossEntropyKernel<T, TExp>(Step step, CrossEntropyLosses op) : IStepKernel
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    where TExp : struct, IUnaryOperator<T>
{
    private readonly long _rows = step.Inputs[0].Shape[0];
    private readonly nint _classes = (nint)step.Inputs[0].Shape[1];
    private readonly DType _type = step.Inputs[1].DType;
    private readonly long _stride = step.Inputs[1].Layout.Strides[0];
    private readonly bool _weighted = step.Inputs.Count > 2;

    public void Run(ReadOnlySpan<nint> operands)
    {
        var weights = _weighted ? (T*)operands[2] : null;
        RowLoop.Run<T, Body>(_rows, _classes, new((T*)operands[0], new(operands[1], _type, _stride), weights, (T*)operands[^1], _classes, op.IgnoreIndex, T.CreateSaturating(op.LabelSmoothing)));
    }

    private readonly struct Body(T* x, ClassNumbers targets, T* weights, T* losses, nint classes, long? ignore, T smoothing) : IRowBody<T>
    {
        public long ScratchSize => smoothing == T.Zero ? 0 : classes;

        public void Row(long row, T* scratch)
        {
            var target = targets[row];
            if (target == ignore)
            {
                losses[row] = T.Zero;
                return;
            }
            ClassNumbers.Check(target, row, classes);
            T* source = x + row * classes;
            var shift = RowExponentials.Shift(source, classes);
            var log = T.Log(RowExponentials.Sum<T, TExp>(source, null, classes, shift));
            var loss = log - (source[target] - shift);
            if (weights != null) loss *= weights[target];
            if (smoothing != T.Zero)
            {
                // Σ w·((x − shift) − log): one sum more, over all classes.
                SimdLoop.Ternary<T, SubSubOperator<T>>(source, shift, log, scratch, classes);
                var all = weights == null ? SimdLoop.Reduce<T, AddOperator<T>>(scratch, classes) : SimdLoop.Dot(scratch, weights, classes);
                loss = loss * (T.One - smoothing) - all * smoothing / T.CreateChecked(classes);
            }
            losses[row] = loss;
        }
    }
}

/// <summary>Gradient of the cross entropy by the logits.</summary>
internal sealed unsafe class CrossEntropyGradKernel<T, TExp>(Step step, CrossEntropyGrad op) : IStepKernel
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    where TExp : struct, IUnaryOperator<T>
{
    private readonly long _rows = step.Inputs[0].Shape[0];
    private readonly nint _classes = (nint)step.Inputs[0].Shape[1];
    private readonly DType _type = step.Inputs[1].DType;
    private readonly long _stride = step.Inputs[1].Layout.Strides[0];
    private readonly long _upstreamStride = step.Inputs[2].Layout.Strides[0];
    private readonly bool _weighted = step.Inputs.Count > 3;

    public void Run(ReadOnlySpan<nint> operands)
    {
        var weights = _weighted ? (T*)operands[3] : null;
        var sum = weights == null ? T.CreateChecked(_classes) : SimdLoop.Reduce<T, AddOperator<T>>(weights, _classes);
        RowLoop.Run<T, Body>(_rows, _classes, new(
            (T*)operands[0], new(operands[1], _type, _stride), (T*)operands[2], _upstreamStride, weights, sum, (T*)operands[^1], _classes, op.IgnoreIndex, T.CreateSaturating(op.LabelSmoothing)));
    }

    private readonly struct Body(T* x, ClassNumbers targets, T* upstream, long upstreamStride, T* weights, T sum, T* gradient, nint classes, long? ignore, T smoothing) : IRowBody<T>
    {
        public long ScratchSize => smoothing != T.Zero && weights != null ? classes : 0;

        public void Row(long row, T* scratch)
        {
            var target = targets[row];
            T* source = x + row * classes, result = gradient + row * classes;
            if (target == ignore)
            {
                SimdLoop.Fill(result, T.Zero, classes);
                return;
            }
            ClassNumbers.Check(target, row, classes);
            var g = upstream[row * upstreamStride];
            var weight = weights == null ? T.One : weights[target];
            var spread = smoothing / T.CreateChecked(classes);
            var divisor = RowExponentials.Sum<T, TExp>(source, result, classes, RowExponentials.Shift(source, classes));
            var factor = g * ((T.One - smoothing) * weight + spread * sum) / divisor;
            SimdLoop.Binary<T, MulOperator<T>>(result, factor, result, classes);
            if (smoothing != T.Zero)
            {
                if (weights == null) SimdLoop.Binary<T, SubOperator<T>>(result, g * spread, result, classes);
                else
                {
                    SimdLoop.Binary<T, MulOperator<T>>(weights, g * spread, scratch, classes);
                    SimdLoop.Binary<T, SubOperator<T>>(result, scratch, result, classes);
                }
            }
            result[target] -= g * (T.One - smoothing) * weight;
        }
    }
}
