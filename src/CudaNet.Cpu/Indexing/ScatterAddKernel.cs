using System.Numerics;
using CudaNet.Cpu.Threading;
using CudaNet.Cpu.Views;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Indexing;

/// <summary>Adds values at the elements that the indices name. The threads share out the target: a part is the axis and what
/// lies behind it, for one position before it and a band of the last axis. So each sum is made by one thread, in the
/// values' order.</summary>
internal static class ScatterAddKernel
{
    public static IStepKernel Create(Step step) => step.Inputs[1].DType switch
    {
        DType.Float32 => Create<float, float, Own<float>>(step),
        DType.Float64 => Create<double, double, Own<double>>(step),
        DType.Float16 => Create<Half, float, OfHalf>(step),
        DType.BFloat16 => Create<BFloat16, float, OfBFloat16>(step),
        DType.Int32 => Create<int, int, Own<int>>(step),
        _ => Create<long, long, Own<long>>(step),
    };

    private static IStepKernel Create<T, TSum, TAccumulator>(Step step)
        where T : unmanaged
        where TSum : unmanaged, IAdditionOperators<TSum, TSum, TSum>
        where TAccumulator : IAccumulator<T, TSum> =>
        step.Inputs[0].DType == DType.Int32 ? new Kernel<T, TSum, TAccumulator, int>(step) : new Kernel<T, TSum, TAccumulator, long>(step);

    private sealed unsafe class Kernel<T, TSum, TAccumulator, TIndex> : IStepKernel
        where T : unmanaged
        where TSum : unmanaged, IAdditionOperators<TSum, TSum, TSum>
        where TAccumulator : IAccumulator<T, TSum>
        where TIndex : unmanaged
    {
        private const long Band = 256;

        private readonly int _axis;
        private readonly long[] _outer, _outerIndices, _outerValues; // axes before the axis
        private readonly long[] _rest, _restIndices, _restValues, _restTarget; // the axis and those behind it, without the last
        private readonly long _outerCount, _restCount, _size, _inner, _width;
        private readonly long _lastIndices, _lastValues, _bands, _axisTarget;
        private readonly bool _isLast;

        public Kernel(Step step)
        {
            var op = (ScatterAdd)step.Op;
            var (indices, values, target) = (step.Inputs[0].Layout, step.Inputs[1].Layout, step.Outputs[0].Layout);
            (_axis, _size) = (op.Axis, op.Size);
            var rank = indices.Shape.Rank;
            _isLast = _axis == rank - 1;
            _outer = indices.Shape.Span[.._axis].ToArray();
            _outerIndices = indices.Strides[.._axis].ToArray();
            _outerValues = values.Strides[.._axis].ToArray();
            _outerCount = new Shape(_outer).ElementCount;
            var strides = target.Shape.ContiguousStrides();
            _axisTarget = strides[_axis];
            strides[_axis] = 0; // the index says where
            _rest = _isLast ? [] : indices.Shape.Span[_axis..^1].ToArray();
            _restIndices = _isLast ? [] : indices.Strides[_axis..^1].ToArray();
            _restValues = _isLast ? [] : values.Strides[_axis..^1].ToArray();
            _restTarget = _isLast ? [] : strides[_axis..^1];
            _restCount = new Shape(_rest).ElementCount;
            _inner = new Shape(target.Shape.Span[_axis..]).ElementCount;
            (_width, _lastIndices, _lastValues) = (indices.Shape[^1], indices.Strides[^1], values.Strides[^1]);
            // Along the axis itself there is nothing to cut: any index may name any element.
            _bands = _isLast ? 1 : Math.Max(1, (_width + Band - 1) / Band);
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            if (_inner == 0) return;
            var work = Math.Max(_inner, _restCount * _width) / _bands;
            WorkerPool.ParallelFor(_outerCount * _bands, Math.Max(1, 8192 / Math.Max(1, work)), new Job(this, (TIndex*)operands[0], (T*)operands[1], (T*)operands[2]));
        }

        private void Parts(TIndex* indices, T* values, T* target, long start, long end)
        {
            using var scratch = Scratch.Rent(typeof(T) == typeof(TSum) ? 0 : _inner * sizeof(TSum));
            var outer = new Odometer(_outer, _outerIndices, _outerValues);
            var rest = new Odometer(_rest, _restIndices, _restValues, _restTarget);
            for (var part = start; part < end; part++)
            {
                var number = Math.DivRem(part, _bands, out var band);
                outer.Seek(number);
                var (first, stop) = _bands == 1 ? (0, _width) : (band * Band, Math.Min(_width, (band + 1) * Band));
                var to = target + number * _inner;
                // Types that are their own sums are summed up in place.
                var sums = typeof(T) == typeof(TSum) ? (TSum*)to : (TSum*)scratch.Pointer;
                // A row of the part: the band of the last axis, or all of it where the axis is the last.
                var (row, from, count) = _isLast ? (_inner, 0L, _inner) : (_width, first, stop - first);
                for (var r = from; r < _inner; r += row)
                    for (long i = 0; i < count; i++) sums[r + i] = default;
                for (long p = 0; p < _restCount; p++, rest.Next())
                    Row(indices + outer[0] + rest[0], values + outer[1] + rest[1], sums + rest[2], first, stop);
                if (typeof(T) == typeof(TSum)) continue;
                for (var r = from; r < _inner; r += row)
                    for (long i = 0; i < count; i++) to[r + i] = TAccumulator.Round(sums[r + i]);
            }
        }

        private void Row(TIndex* indices, T* values, TSum* sums, long first, long stop)
        {
            if (_isLast)
                for (var i = first; i < stop; i++)
                    sums[IndexValues.At(indices, i * _lastIndices, _size, "ScatterAdd", _axis)] += TAccumulator.Widen(values[i * _lastValues]);
            else
                for (var i = first; i < stop; i++)
                    sums[IndexValues.At(indices, i * _lastIndices, _size, "ScatterAdd", _axis) * _axisTarget + i] += TAccumulator.Widen(values[i * _lastValues]);
        }

        private readonly struct Job(Kernel<T, TSum, TAccumulator, TIndex> kernel, TIndex* indices, T* values, T* target) : IRangeJob
        {
            private readonly TIndex* _indices = indices;
            private readonly T* _values = values, _target = target;

            public void Execute(long start, long end, int worker) => kernel.Parts(_indices, _values, _target, start, end);
        }
    }
}
