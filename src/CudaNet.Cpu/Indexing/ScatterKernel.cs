using CudaNet.Cpu.Threading;
using CudaNet.Cpu.Views;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Indexing;

/// <summary>Copies the target, unless it is written where it lies, and writes values at the elements that the indices name, in the values' order. The threads share
/// out the target as in <see cref="ScatterAddKernel"/>.</summary>
internal readonly struct ScatterKernel : IIndexedKernel
{
    public static IStepKernel Create<T, TIndex>(Step step) where T : unmanaged where TIndex : unmanaged => new Kernel<T, TIndex>(step);

    private sealed unsafe class Kernel<T, TIndex> : IStepKernel where T : unmanaged where TIndex : unmanaged
    {
        private const long Band = 256;

        private readonly StridedCopy _copy;
        private readonly int _axis;
        private readonly long[] _outer, _outerIndices, _outerValues, _outerTarget; // axes before the axis
        private readonly long[] _rest, _restIndices, _restValues, _restTarget; // the axis and those behind it, without the last
        private readonly long _outerCount, _restCount, _size, _width, _bands;
        private readonly long _lastIndices, _lastValues, _lastTarget, _axisTarget;

        public Kernel(Step step)
        {
            _copy = new(step.Inputs[0].Shape.Span, step.Inputs[0].Layout.Strides, step.Outputs[0].Layout.Strides, sizeof(T));
            _axis = ((Scatter)step.Op).Axis;
            var (indices, values, target) = (step.Inputs[1].Layout, step.Inputs[2].Layout, step.Outputs[0].Shape);
            _size = target[_axis];
            var isLast = _axis == indices.Shape.Rank - 1;
            var strides = target.ContiguousStrides();
            _axisTarget = strides[_axis];
            strides[_axis] = 0; // the index says where
            _outer = indices.Shape.Span[.._axis].ToArray();
            (_outerIndices, _outerValues, _outerTarget) = (indices.Strides[.._axis].ToArray(), values.Strides[.._axis].ToArray(), strides[.._axis]);
            _rest = isLast ? [] : indices.Shape.Span[_axis..^1].ToArray();
            (_restIndices, _restValues, _restTarget) = isLast ? ([], [], []) : (indices.Strides[_axis..^1].ToArray(), values.Strides[_axis..^1].ToArray(), strides[_axis..^1]);
            (_outerCount, _restCount) = (new Shape(_outer).ElementCount, new Shape(_rest).ElementCount);
            (_width, _lastIndices, _lastValues, _lastTarget) = (indices.Shape[^1], indices.Strides[^1], values.Strides[^1], strides[^1]);
            // Along the axis itself there is nothing to cut: any index may name any element.
            _bands = isLast ? 1 : Math.Max(1, (_width + Band - 1) / Band);
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            if (operands[0] != operands[3]) _copy.Run((byte*)operands[0], (byte*)operands[3]);
            if (_restCount == 0 || _width == 0) return;
            WorkerPool.ParallelFor(_outerCount * _bands, Math.Max(1, 8192 / Math.Max(1, _restCount * _width / _bands)), new Job(this, (TIndex*)operands[1], (T*)operands[2], (T*)operands[3]));
        }

        private void Parts(TIndex* indices, T* values, T* target, long start, long end)
        {
            var outer = new Odometer(_outer, _outerIndices, _outerValues, _outerTarget);
            var rest = new Odometer(_rest, _restIndices, _restValues, _restTarget);
            for (var part = start; part < end; part++)
            {
                outer.Seek(Math.DivRem(part, _bands, out var band));
                var (first, stop) = _bands == 1 ? (0, _width) : (band * Band, Math.Min(_width, (band + 1) * Band));
                for (long p = 0; p < _restCount; p++, rest.Next())
                {
                    var places = indices + outer[0] + rest[0];
                    var from = values + outer[1] + rest[1];
                    var to = target + outer[2] + rest[2];
                    for (var i = first; i < stop; i++)
                        to[IndexValues.At(places, i * _lastIndices, _size, "Scatter", _axis) * _axisTarget + i * _lastTarget] = from[i * _lastValues];
                }
            }
        }

        private readonly struct Job(Kernel<T, TIndex> kernel, TIndex* indices, T* values, T* target) : IRangeJob
        {
            private readonly TIndex* _indices = indices;
            private readonly T* _values = values, _target = target;

            public void Execute(long start, long end, int worker) => kernel.Parts(_indices, _values, _target, start, end);
        }
    }
}
