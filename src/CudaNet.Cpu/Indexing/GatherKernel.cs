using CudaNet.Cpu.Threading;
using CudaNet.Cpu.Views;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Indexing;

/// <summary>Reads, for each place of the indices, the element of the axis that it names. Any layouts.</summary>
internal readonly struct GatherKernel : IIndexedKernel
{
    public static IStepKernel Create<T, TIndex>(Step step) where T : unmanaged where TIndex : unmanaged => new Kernel<T, TIndex>(step);

    private sealed unsafe class Kernel<T, TIndex> : IStepKernel where T : unmanaged where TIndex : unmanaged
    {
        private readonly int _axis;
        private readonly long[] _outer, _outerSource, _outerIndices; // all axes but the last
        private readonly long _rows, _width, _rowSource, _rowIndices, _size, _stride;

        public Kernel(Step step)
        {
            _axis = ((Gather)step.Op).Axis;
            var (source, indices) = (step.Inputs[0].Layout, step.Inputs[1].Layout);
            (_size, _stride) = (source.Shape[_axis], source.Strides[_axis]);
            // Along the axis the place in the source is the index's; all other axes are walked over in both.
            var strides = source.Strides.ToArray();
            strides[_axis] = 0;
            _outer = indices.Shape.Span[..^1].ToArray();
            _outerSource = strides[..^1];
            _outerIndices = indices.Strides[..^1].ToArray();
            _rows = new Shape(_outer).ElementCount;
            (_width, _rowSource, _rowIndices) = (indices.Shape[^1], strides[^1], indices.Strides[^1]);
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            if (_width == 0) return;
            WorkerPool.ParallelFor(_rows, Math.Max(1, 8192 / _width), new Job(this, (T*)operands[0], (TIndex*)operands[1], (T*)operands[2]));
        }

        private void Rows(T* source, TIndex* indices, T* target, long start, long end)
        {
            var walk = new Odometer(_outer, _outerSource, _outerIndices);
            walk.Seek(start);
            target += start * _width;
            for (var row = start; row < end; row++, walk.Next(), target += _width)
            {
                var from = source + walk[0];
                var places = indices + walk[1];
                for (long i = 0; i < _width; i++)
                    target[i] = from[i * _rowSource + IndexValues.At(places, i * _rowIndices, _size, "Gather", _axis) * _stride];
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
