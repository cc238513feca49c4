using CudaNet.Cpu.Threading;
using CudaNet.Cpu.Views;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Sorting;

/// <summary>Sorting along an axis. The threads share out the rows; a row is gathered as keys and sorted by digits, which keeps
/// the order of equal elements.</summary>
internal static class SortKernels
{
    public static void Register(KernelTable table)
    {
        table.Add<ArgSort>(static step => Create(step, ((ArgSort)step.Op).Axis, ((ArgSort)step.Op).Descending), KernelTable.AnyLayout);
        table.Add<TopK>(static step => Create(step, ((TopK)step.Op).Axis, ((TopK)step.Op).Largest), KernelTable.AnyLayout);
        table.Add<SearchSorted>(SearchSortedKernel.Create);
    }

    private static IStepKernel Create(Step step, int axis, bool descending) => step.Inputs[0].DType switch
    {
        DType.Float32 => new Kernel<float>(step, axis, descending),
        DType.Float64 => new Kernel<double>(step, axis, descending),
        DType.Float16 => new Kernel<Half>(step, axis, descending),
        DType.BFloat16 => new Kernel<BFloat16>(step, axis, descending),
        DType.Int32 => new Kernel<int>(step, axis, descending),
        DType.Int64 => new Kernel<long>(step, axis, descending),
        _ => new Kernel<byte>(step, axis, descending),
    };

    private sealed unsafe class Kernel<T> : IStepKernel where T : unmanaged
    {
        private readonly long[] _rest, _restSource, _restTarget;
        private readonly long _rows, _count, _stride, _kept, _target;
        private readonly ulong _flip;
        private readonly int _bytes;

        public Kernel(Step step, int axis, bool descending)
        {
            var (source, target) = (step.Inputs[0].Layout, step.Outputs[0].Layout);
            _rest = source.Shape.Without(axis).ToArray();
            _restSource = [.. source.Strides[..axis], .. source.Strides[(axis + 1)..]];
            _restTarget = [.. target.Strides[..axis], .. target.Strides[(axis + 1)..]];
            _rows = new Shape(_rest).ElementCount;
            (_count, _stride) = (source.Shape[axis], source.Strides[axis]);
            (_kept, _target) = (target.Shape[axis], target.Strides[axis]);
            _bytes = SortKey.Bytes(step.Inputs[0].DType);
            // Descending is ascending by inverted keys: equal elements still keep their order.
            _flip = descending ? ulong.MaxValue >> (64 - 8 * _bytes) : 0;
            if (_count > int.MaxValue) throw new ShapeException($"{step.Op.Name}: axis {axis} of {source.Shape} has more than 2^31-1 elements, which cannot be sorted.");
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            if (_kept == 0) return;
            WorkerPool.ParallelFor(_rows, Math.Max(1, 2048 / _count), new Job(this, (T*)operands[0], (long*)operands[1]));
        }

        private void Rows(T* source, long* target, long start, long end)
        {
            var count = (int)_count;
            using var scratch = Scratch.Rent(2L * count * (sizeof(ulong) + sizeof(int)));
            var keys = (ulong*)scratch.Pointer;
            var otherKeys = keys + count;
            var places = (int*)(otherKeys + count);
            var otherPlaces = places + count;
            var walk = new Odometer(_rest, _restSource, _restTarget);
            walk.Seek(start);
            for (var row = start; row < end; row++, walk.Next())
            {
                var from = source + walk[0];
                for (var i = 0; i < count; i++) keys[i] = SortKey.Of(from[i * _stride]) ^ _flip;
                var sorted = _kept <= count / 8 ? Select(keys, places, count) : Digits.Sort(keys, places, otherKeys, otherPlaces, count, _bytes);
                var to = target + walk[1];
                for (long i = 0; i < _kept; i++) to[i * _target] = sorted[i];
            }
        }

        /// <summary>The places of the least keys in order, by a heap that holds the best so far with the worst on top.</summary>
        private int* Select(ulong* keys, int* places, int count)
        {
            var kept = (int)_kept;
            for (var i = 0; i < kept; i++) places[i] = i;
            for (var i = kept / 2 - 1; i >= 0; i--) SiftDown(keys, places, i, kept);
            for (var i = kept; i < count; i++)
            {
                // An equal key that comes later is worse.
                if (keys[i] >= keys[places[0]]) continue;
                places[0] = i;
                SiftDown(keys, places, 0, kept);
            }
            for (var end = kept - 1; end > 0; end--)
            {
                (places[0], places[end]) = (places[end], places[0]);
                SiftDown(keys, places, 0, end);
            }
            return places;
        }

        private static void SiftDown(ulong* keys, int* places, int node, int count)
        {
            var place = places[node];
            for (int child; (child = 2 * node + 1) < count; node = child)
            {
                if (child + 1 < count && IsWorse(keys, places[child + 1], places[child])) child++;
                if (!IsWorse(keys, places[child], place)) break;
                places[node] = places[child];
            }
            places[node] = place;
        }

        private static bool IsWorse(ulong* keys, int a, int b) => keys[a] > keys[b] || (keys[a] == keys[b] && a > b);

        private readonly struct Job(Kernel<T> kernel, T* source, long* target) : IRangeJob
        {
            private readonly T* _source = source;
            private readonly long* _target = target;

            public void Execute(long start, long end, int worker) => kernel.Rows(_source, _target, start, end);
        }
    }
}
