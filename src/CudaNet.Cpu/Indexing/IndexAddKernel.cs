using System.Numerics;
using System.Numerics.Tensors;
using CudaNet.Cpu.Threading;
using CudaNet.Cpu.Views;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Indexing;

/// <summary>Adds rows at places. The places are sorted by the row that they name (a counting sort, so their order stays),
/// then the threads share out the target's rows: each is written once, by one thread, in the values' order.</summary>
internal static class IndexAddKernel
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
        where TSum : unmanaged, INumber<TSum>
        where TAccumulator : IAccumulator<T, TSum> =>
        step.Inputs[0].DType == DType.Int32 ? new Kernel<T, TSum, TAccumulator, int>(step) : new Kernel<T, TSum, TAccumulator, long>(step);

    private sealed unsafe class Kernel<T, TSum, TAccumulator, TIndex> : IStepKernel
        where T : unmanaged
        where TSum : unmanaged, INumber<TSum>
        where TAccumulator : IAccumulator<T, TSum>
        where TIndex : unmanaged
    {
        private readonly int _axis;
        private readonly long _outer, _size, _places, _inner;

        public Kernel(Step step)
        {
            var op = (IndexAdd)step.Op;
            (_axis, _size) = (op.Axis, op.Size);
            var target = step.Outputs[0].Shape;
            _outer = new Shape(target.Span[.._axis]).ElementCount;
            _inner = new Shape(target.Span[(_axis + 1)..]).ElementCount;
            _places = step.Inputs[0].Shape.ElementCount;
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            if (_outer == 0 || _inner == 0) return;
            using var scratch = Scratch.Rent((_size + 1 + _places) * sizeof(long));
            var starts = (long*)scratch.Pointer; // of each row's places in the order; the last is their number
            var order = starts + _size + 1;
            Sort((TIndex*)operands[0], starts, order);
            WorkerPool.ParallelFor(_outer * _size, Math.Max(1, 16384 / _inner), new Job(this, starts, order, (T*)operands[1], (T*)operands[2]));
        }

        private void Sort(TIndex* indices, long* starts, long* order)
        {
            for (long row = 0; row <= _size; row++) starts[row] = 0;
            for (long p = 0; p < _places; p++) starts[IndexValues.At(indices, p, _size, "IndexAdd", _axis)]++;
            long sum = 0;
            for (long row = 0; row <= _size; row++) (starts[row], sum) = (sum, sum + starts[row]);
            for (long p = 0; p < _places; p++) order[starts[IndexValues.At(indices, p)]++] = p;
            // Each start has moved to its end, which is the next one's start.
            for (var row = _size; row > 0; row--) starts[row] = starts[row - 1];
            starts[0] = 0;
        }

        private void Rows(long* starts, long* order, T* values, T* target, long start, long end)
        {
            using var scratch = Scratch.Rent(typeof(T) == typeof(TSum) ? 0 : _inner * sizeof(TSum));
            for (var number = start; number < end; number++)
            {
                var outer = Math.DivRem(number, _size, out var row);
                var source = values + outer * _places * _inner;
                var to = target + number * _inner;
                var sums = typeof(T) == typeof(TSum) ? (TSum*)to : (TSum*)scratch.Pointer;
                if (_inner == 1)
                {
                    TSum sum = default;
                    for (var p = starts[row]; p < starts[row + 1]; p++) sum += TAccumulator.Widen(source[order[p]]);
                    *to = TAccumulator.Round(sum);
                    continue;
                }
                for (long i = 0; i < _inner; i++) sums[i] = default;
                for (var p = starts[row]; p < starts[row + 1]; p++) AddRow(source + order[p] * _inner, sums);
                if (typeof(T) == typeof(TSum)) continue;
                for (long i = 0; i < _inner; i++) to[i] = TAccumulator.Round(sums[i]);
            }
        }

        private void AddRow(T* values, TSum* sums)
        {
            if (typeof(T) == typeof(TSum) && _inner <= int.MaxValue)
            {
                var row = new Span<TSum>(sums, (int)_inner);
                TensorPrimitives.Add(row, new ReadOnlySpan<TSum>(values, (int)_inner), row);
                return;
            }
            for (long i = 0; i < _inner; i++) sums[i] += TAccumulator.Widen(values[i]);
        }

        private readonly struct Job(Kernel<T, TSum, TAccumulator, TIndex> kernel, long* starts, long* order, T* values, T* target) : IRangeJob
        {
            private readonly long* _starts = starts, _order = order;
            private readonly T* _values = values, _target = target;

            public void Execute(long start, long end, int worker) => kernel.Rows(_starts, _order, _values, _target, start, end);
        }
    }
}
