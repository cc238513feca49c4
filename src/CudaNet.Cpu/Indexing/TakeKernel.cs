using CudaNet.Cpu.Threading;
using CudaNet.Cpu.Views;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Indexing;

/// <summary>Copies rows by their numbers. The axes behind the axis must lie together; those before it may lie anyhow.</summary>
internal readonly struct TakeKernel : IIndexedKernel
{
    public static bool Accepts(Take op, Layout layout)
    {
        long expected = 1;
        for (var k = layout.Shape.Rank - 1; k > op.Axis; k--)
        {
            if (layout.Shape[k] == 1) continue;
            if (layout.Strides[k] != expected) return false;
            expected *= layout.Shape[k];
        }
        return true;
    }

    public static IStepKernel Create<T, TIndex>(Step step) where T : unmanaged where TIndex : unmanaged => new Kernel<T, TIndex>(step);

    private sealed unsafe class Kernel<T, TIndex> : IStepKernel where T : unmanaged where TIndex : unmanaged
    {
        private readonly int _axis;
        private readonly long[] _outer, _outerStrides;
        private readonly long _outerCount, _places, _size, _stride, _inner;

        public Kernel(Step step)
        {
            var layout = step.Inputs[0].Layout;
            _axis = ((Take)step.Op).Axis;
            _outer = layout.Shape.Span[.._axis].ToArray();
            _outerStrides = layout.Strides[.._axis].ToArray();
            _outerCount = new Shape(_outer).ElementCount;
            _places = step.Inputs[1].Shape.ElementCount;
            (_size, _stride) = (layout.Shape[_axis], layout.Strides[_axis]);
            _inner = new Shape(layout.Shape.Span[(_axis + 1)..]).ElementCount;
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            if (_inner == 0 || _outerCount == 0) return;
            WorkerPool.ParallelFor(_outerCount * _places, Math.Max(1, 32768 / (_inner * sizeof(T))), new Job(this, (T*)operands[0], (TIndex*)operands[1], (T*)operands[2]));
        }

        private void Rows(T* source, TIndex* indices, T* target, long start, long end)
        {
            var outer = new Odometer(_outer, _outerStrides);
            var number = Math.DivRem(start, _places, out var place);
            outer.Seek(number);
            var bytes = _inner * sizeof(T);
            for (target += start * _inner; start < end; outer.Next(), place = 0)
            {
                var from = source + outer[0];
                var stop = Math.Min(_places, place + (end - start));
                start += stop - place;
                if (_inner == 1)
                    for (; place < stop; place++)
                        *target++ = from[IndexValues.At(indices, place, _size, "Take", _axis) * _stride];
                else
                    for (; place < stop; place++, target += _inner)
                        Buffer.MemoryCopy(from + IndexValues.At(indices, place, _size, "Take", _axis) * _stride, target, bytes, bytes);
            }
        }

        private readonly struct Job(Kernel<T, TIndex> kernel, T* source, TIndex* indices, T* target) : IRangeJob
        {
            private readonly T* _source = source, _target = target;
            private readonly TIndex* _indices = indices;

            public void Execute(long start, long end, int worker) => kernel.Rows(_source, _indices, _target, start, end);
        }
    }
}
