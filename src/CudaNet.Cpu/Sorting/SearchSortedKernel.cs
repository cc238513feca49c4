using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Sorting;

/// <summary>Bisection, value by value, by the order of <see cref="SortKey"/>.</summary>
internal static class SearchSortedKernel
{
    public static IStepKernel Create(Step step) => step.Inputs[0].DType switch
    {
        DType.Float32 => new Kernel<float>(step),
        DType.Float64 => new Kernel<double>(step),
        DType.Float16 => new Kernel<Half>(step),
        DType.BFloat16 => new Kernel<BFloat16>(step),
        DType.Int32 => new Kernel<int>(step),
        DType.Int64 => new Kernel<long>(step),
        _ => new Kernel<byte>(step),
    };

    private sealed unsafe class Kernel<T>(Step step) : IStepKernel where T : unmanaged
    {
        private readonly bool _right = ((SearchSorted)step.Op).Right;
        private readonly long _count = step.Inputs[0].Shape[^1], _width = step.Inputs[1].Shape[^1], _values = step.Inputs[1].Shape.ElementCount;

        public void Run(ReadOnlySpan<nint> operands) => WorkerPool.ParallelFor(_values, 1024, new Job(this, (T*)operands[0], (T*)operands[1], (long*)operands[2]));

        private void Search(T* sorted, T* values, long* target, long start, long end)
        {
            for (var i = start; i < end; i++)
            {
                var row = sorted + i / _width * _count;
                var key = SortKey.Of(values[i]);
                var (low, high) = (0L, _count);
                while (low < high)
                {
                    var middle = (low + high) >>> 1;
                    var other = SortKey.Of(row[middle]);
                    if (other < key || (_right && other == key)) low = middle + 1;
                    else high = middle;
                }
                target[i] = low;
            }
        }

        private readonly struct Job(Kernel<T> kernel, T* sorted, T* values, long* target) : IRangeJob
        {
            private readonly T* _sorted = sorted, _values = values;
            private readonly long* _target = target;

            public void Execute(long start, long end, int worker) => kernel.Search(_sorted, _values, _target, start, end);
        }
    }
}
