using System.Numerics;
using CudaNet.Cpu.Sorting;
using CudaNet.Cpu.Threading;
using CudaNet.Cpu.Views;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Scans;

/// <summary>What runs along an axis from element to element. The threads share out the rows, and each runs several side by
/// side: neighbours in memory where the axis is not the last, else a few far apart, whose additions then need not wait for
/// each other.</summary>
internal static class ScanKernels
{
    public static void Register(KernelTable table)
    {
        table.Add<CumSum>(static step => SumOf(step, ((CumSum)step.Op).Axis, ((CumSum)step.Op).Reverse), claims: static (_, types) => types[0].DType is not (DType.Bool or DType.UInt8));
        table.Add<LinearRecurrence>(static step => RecurrenceOf(step, ((LinearRecurrence)step.Op).Axis, ((LinearRecurrence)step.Op).Reverse));
        table.Add<CumArgMax>(BestOf);
    }

    private static IStepKernel SumOf(Step step, int axis, bool reverse) => step.Inputs[0].DType switch
    {
        DType.Float32 => new Recurrence<float, double, InDouble, Unit>(step, axis, reverse),
        DType.Float64 => new Recurrence<double, double, Own<double>, Unit>(step, axis, reverse),
        DType.Float16 => new Recurrence<Half, float, OfHalf, Unit>(step, axis, reverse),
        DType.BFloat16 => new Recurrence<BFloat16, float, OfBFloat16, Unit>(step, axis, reverse),
        DType.Int32 => new Recurrence<int, int, Own<int>, Unit>(step, axis, reverse),
        _ => new Recurrence<long, long, Own<long>, Unit>(step, axis, reverse),
    };

    private static IStepKernel RecurrenceOf(Step step, int axis, bool reverse) => step.Inputs[0].DType switch
    {
        DType.Float32 => new Recurrence<float, double, InDouble, Decay>(step, axis, reverse),
        DType.Float64 => new Recurrence<double, double, Own<double>, Decay>(step, axis, reverse),
        DType.Float16 => new Recurrence<Half, float, OfHalf, Decay>(step, axis, reverse),
        _ => new Recurrence<BFloat16, float, OfBFloat16, Decay>(step, axis, reverse),
    };

    private static IStepKernel BestOf(Step step) => step.Inputs[0].DType switch
    {
        DType.Float32 => new Best<float>(step),
        DType.Float64 => new Best<double>(step),
        DType.Float16 => new Best<Half>(step),
        DType.BFloat16 => new Best<BFloat16>(step),
        DType.Int32 => new Best<int>(step),
        DType.Int64 => new Best<long>(step),
        _ => new Best<byte>(step),
    };

    private readonly struct Unit;

    private readonly struct Decay;

    /// <summary>Rows along an axis as [outer, count, inner], cut into bands of the inner axes, or of the outer ones if there are no inner ones.</summary>
    private abstract unsafe class Rows : IStepKernel
    {
        protected const int Band = 64;
        private const int FarApart = 8; // as many additions as are under way at once on two ports of latency four

        protected readonly long Count, Step, Apart; // elements of a row, and from an element to its next and to the same of the next row
        private readonly long _inner, _parts, _bands, _rows;
        private readonly int _band;

        protected Rows(Shape shape, int axis)
        {
            Count = shape[axis];
            _inner = new Shape(shape.Span[(axis + 1)..]).ElementCount;
            var outer = new Shape(shape.Span[..axis]).ElementCount;
            (_rows, _band) = _inner == 1 ? (outer, FarApart) : (_inner, Band);
            (Step, Apart) = _inner == 1 ? (1L, Count) : (_inner, 1L);
            _bands = (_rows + _band - 1) / _band;
            _parts = _inner == 1 ? _bands : outer * _bands;
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            if (Count == 0 || _inner == 0) return;
            var grain = Math.Max(1, 8192 / (Count * Math.Min(Math.Max(1, _rows), _band)));
            WorkerPool.ParallelFor(_parts, grain, new Job(this, operands[0], operands[1], operands[^1]));
        }

        /// <summary>Runs <paramref name="width"/> rows side by side from an element on.</summary>
        protected abstract void Part(nint first, nint second, nint target, long place, int width);

        private readonly struct Job(Rows rows, nint first, nint second, nint target) : IRangeJob
        {
            public void Execute(long start, long end, int worker)
            {
                for (var part = start; part < end; part++)
                {
                    var outer = Math.DivRem(part, rows._bands, out var band);
                    var row = band * rows._band;
                    rows.Part(first, second, target, outer * rows.Count * rows._inner + row * rows.Apart, (int)Math.Min(rows._band, rows._rows - row));
                }
            }
        }
    }

    /// <summary>h = a·h + b, where a is 1 for <see cref="Unit"/>.</summary>
    private sealed unsafe class Recurrence<T, TSum, TAccumulator, TDecay>(Step step, int axis, bool reverse) : Rows(step.Inputs[0].Shape, axis)
        where T : unmanaged
        where TSum : unmanaged, INumberBase<TSum>
        where TAccumulator : IAccumulator<T, TSum>
    {
        protected override void Part(nint first, nint second, nint target, long place, int width)
        {
            var decay = (T*)first + place;
            var input = (T*)(typeof(TDecay) == typeof(Unit) ? first : second) + place;
            var output = (T*)target + place;
            var sums = stackalloc TSum[Band];
            for (var j = 0; j < width; j++) sums[j] = default;
            for (long i = 0; i < Count; i++)
            {
                var at = (reverse ? Count - 1 - i : i) * Step;
                for (var j = 0; j < width; j++, at += Apart)
                {
                    var sum = typeof(TDecay) == typeof(Unit) ? sums[j] : sums[j] * TAccumulator.Widen(decay[at]);
                    sums[j] = sum + TAccumulator.Widen(input[at]);
                    output[at] = TAccumulator.Round(sums[j]);
                }
            }
        }
    }

    private sealed unsafe class Best<T>(Step step) : Rows(step.Inputs[0].Shape, ((CumArgMax)step.Op).Axis) where T : unmanaged
    {
        private readonly bool _smallest = ((CumArgMax)step.Op).Smallest;

        protected override void Part(nint first, nint second, nint target, long place, int width)
        {
            var source = (T*)first + place;
            var output = (long*)target + place;
            var keys = stackalloc ulong[Band];
            var places = stackalloc long[Band];
            for (long i = 0; i < Count; i++)
            {
                var at = i * Step;
                for (var j = 0; j < width; j++, at += Apart)
                {
                    var key = SortKey.Of(source[at]);
                    // Greater keys win. For the smallest, keys are inverted; NaN stays the greatest in both.
                    if (_smallest) key = IsNaN(source[at]) ? ulong.MaxValue : ~key;
                    if (i == 0 || key > keys[j]) (keys[j], places[j]) = (key, i);
                    output[at] = places[j];
                }
            }
        }

        private static bool IsNaN(T value) =>
            typeof(T) == typeof(float) ? float.IsNaN((float)(object)value)
            : typeof(T) == typeof(double) ? double.IsNaN((double)(object)value)
            : typeof(T) == typeof(Half) ? Half.IsNaN((Half)(object)value)
            : typeof(T) == typeof(BFloat16) && float.IsNaN((BFloat16)(object)value);
    }
}
