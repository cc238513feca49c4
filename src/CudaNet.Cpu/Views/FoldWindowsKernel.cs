using System.Numerics;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Views;

/// <summary>Adds windows up where they overlap. The threads share out the positions of the axes that have no windows, so
/// each sum is made by one thread in a fixed order.</summary>
internal static class FoldWindowsKernel
{
    public static IStepKernel Create(Step step) => step.Inputs[0].DType switch
    {
        DType.Float32 => new Kernel<float, float, Own<float>>(step),
        DType.Float64 => new Kernel<double, double, Own<double>>(step),
        DType.Float16 => new Kernel<Half, float, OfHalf>(step),
        DType.BFloat16 => new Kernel<BFloat16, float, OfBFloat16>(step),
        DType.Int32 => new Kernel<int, int, Own<int>>(step),
        _ => new Kernel<long, long, Own<long>>(step),
    };

    private sealed unsafe class Kernel<T, TSum, TAccumulator> : IStepKernel
        where T : unmanaged
        where TSum : unmanaged, IAdditionOperators<TSum, TSum, TSum>
        where TAccumulator : IAccumulator<T, TSum>
    {
        private readonly long[] _batch, _batchSource, _batchTarget; // axes without windows
        private readonly long[] _target, _targetStrides, _sumStrides; // window axes of the result, and of a dense sum
        private readonly long[] _places, _placesSource, _placesSum; // all window positions but those along the last axis, in one
        private readonly long _count, _inner, _innerSource, _innerSum;
        private readonly long _sums = 1, _positions = 1;

        public Kernel(Step step)
        {
            var op = (FoldWindows)step.Op;
            var (input, output) = (step.Inputs[0].Layout, step.Outputs[0].Layout);
            var (rank, windows) = (output.Shape.Rank, op.Axes.Count);
            int[] batch = [.. Enumerable.Range(0, rank).Where(axis => !op.Axes.Contains(axis))];
            _batch = [.. batch.Select(axis => output.Shape[axis])];
            _batchSource = [.. batch.Select(axis => input.Strides[axis])];
            _batchTarget = [.. batch.Select(axis => output.Strides[axis])];
            _count = new Shape(_batch).ElementCount;
            _target = op.Target.Span.ToArray();
            _targetStrides = [.. op.Axes.Span.ToArray().Select(axis => output.Strides[axis])];
            _sumStrides = new Shape(_target).ContiguousStrides();
            foreach (var size in _target) _sums *= size;
            // Order of the sums: window element by window element, places of the last axis innermost.
            var (places, source, sum) = (new List<long>(), new List<long>(), new List<long>());
            for (var k = 0; k < windows; k++)
            {
                places.Add(op.Size[k]);
                source.Add(input.Strides[rank + k]);
                sum.Add(op.Dilation[k] * _sumStrides[k]);
            }
            for (var k = 0; k < windows; k++)
            {
                places.Add(input.Shape[op.Axes[k]]);
                source.Add(input.Strides[op.Axes[k]]);
                sum.Add(op.Stride[k] * _sumStrides[k]);
            }
            (_inner, _innerSource, _innerSum) = (places[^1], source[^1], sum[^1]);
            (_places, _placesSource, _placesSum) = ([.. places[..^1]], [.. source[..^1]], [.. sum[..^1]]);
            foreach (var size in _places) _positions *= size;
        }

        public void Run(ReadOnlySpan<nint> operands) =>
            WorkerPool.ParallelFor(_count, Math.Max(1, 16384 / Math.Max(1, _positions * _inner)), new Job(this, (T*)operands[0], (T*)operands[1]));

        private void Fold(T* source, T* target, long start, long end)
        {
            using var scratch = Scratch.Rent(_sums * sizeof(TSum));
            var sums = (TSum*)scratch.Pointer;
            var batch = new Odometer(_batch, _batchSource, _batchTarget);
            var place = new Odometer(_places, _placesSource, _placesSum);
            var result = new Odometer(_target, _targetStrides);
            batch.Seek(start);
            for (var b = start; b < end; b++, batch.Next())
            {
                for (long i = 0; i < _sums; i++) sums[i] = default;
                for (long p = 0; p < _positions; p++, place.Next())
                {
                    var from = source + batch[0] + place[0];
                    var to = sums + place[1];
                    for (long i = 0; i < _inner; i++) to[i * _innerSum] += TAccumulator.Widen(from[i * _innerSource]);
                }
                for (long i = 0; i < _sums; i++, result.Next()) target[batch[1] + result[0]] = TAccumulator.Round(sums[i]);
            }
        }

        private readonly struct Job(Kernel<T, TSum, TAccumulator> kernel, T* source, T* target) : IRangeJob
        {
            private readonly T* _source = source, _target = target;

            public void Execute(long start, long end, int worker) => kernel.Fold(_source, _target, start, end);
        }
    }
}
