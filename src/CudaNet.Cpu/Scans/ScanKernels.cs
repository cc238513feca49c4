using System.Numerics;
using CudaNet.Cpu.Sorting;
using CudaNet.Cpu.Threading;
using CudaNet.Cpu.Views;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Scans;

/// <summary>What runs along an axis from element to element. The threads share out the rows; where the axis is not the last,
/// neighbouring rows are run side by side, so that memory is read in its order.</summary>
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

    /// <summary>Rows along an axis as [outer, count, inner], cut into bands of the inner axes.</summary>
    private abstract unsafe class Rows : IStepKernel
    {
        protected const int Band = 64;

        protected readonly long Count, Inner;
        private readonly long _outer, _bands;

        protected Rows(Shape shape, int axis)
        {
            Count = shape[axis];
            Inner = new Shape(shape.Span[(axis + 1)..]).ElementCount;
            _outer = new Shape(shape.Span[..axis]).ElementCount;
            _bands = (Inner + Band - 1) / Band;
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            if (Count == 0 || Inner == 0) return;
            var grain = Math.Max(1, 8192 / (Count * Math.Min(Inner, Band)));
            WorkerPool.ParallelFor(_outer * _bands, grain, new Job(this, operands[0], operands[1], operands[^1]));
        }

        /// <summary>Runs <paramref name="width"/> neighbouring rows from an element on.</summary>
        protected abstract void Part(nint first, nint second, nint target, long place, int width);

        private readonly struct Job(Rows rows, nint first, nint second, nint target) : IRangeJob
        {
            public void Execute(long start, long end, int worker)
            {
                for (var part = start; part < end; part++)
                {
                    var outer = Math.DivRem(part, rows._bands, out var band);
                    rows.Part(first, second, target, outer * rows.Count * rows.Inner + band * Band, (int)Math.Min(Band, rows.Inner - band * Band));
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
                var at = (reverse ? Count - 1 - i : i) * Inner;
                for (var j = 0; j < width; j++)
                {
                    var sum = typeof(TDecay) == typeof(Unit) ? sums[j] : sums[j] * TAccumulator.Widen(decay[at + j]);
                    sums[j] = sum + TAccumulator.Widen(input[at + j]);
                    output[at + j] = TAccumulator.Round(sums[j]);
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
                for (var j = 0; j < width; j++)
                {
                    var key = SortKey.Of(source[i * Inner + j]);
                    // Greater keys win. For the smallest, keys are inverted; NaN stays the greatest in both.
                    if (_smallest) key = IsNaN(source[i * Inner + j]) ? ulong.MaxValue : ~key;
                    if (i == 0 || key > keys[j]) (keys[j], places[j]) = (key, i);
                    output[i * Inner + j] = places[j];
                }
        }

        private static bool IsNaN(T value) =>
            typeof(T) == typeof(float) ? float.IsNaN((float)(object)value)
            : typeof(T) == typeof(double) ? double.IsNaN((double)(object)value)
            : typeof(T) == typeof(Half) ? Half.IsNaN((Half)(object)value)
            : typeof(T) == typeof(BFloat16) && float.IsNaN((BFloat16)(object)value);
    }
}
