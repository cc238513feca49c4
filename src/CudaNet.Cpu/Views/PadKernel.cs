using System.Runtime.CompilerServices;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Views;

/// <summary>Writes each row of the output once: padding, then the source's row, then padding.</summary>
internal static class PadKernel
{
    public static IStepKernel Create(Step step) => step.Inputs[0].DType.Size() switch
    {
        1 => new Kernel<byte>(step),
        2 => new Kernel<ushort>(step),
        4 => new Kernel<uint>(step),
        _ => new Kernel<ulong>(step),
    };

    private static T Value<T>(Scalar value, DType type) where T : unmanaged => type switch
    {
        DType.Bool => As<byte, T>(value.Value != 0 ? (byte)1 : (byte)0),
        DType.UInt8 => As<byte, T>(unchecked((byte)Whole(value))),
        DType.Int32 => As<int, T>(unchecked((int)Whole(value))),
        DType.Int64 => As<long, T>(Whole(value)),
        DType.Float16 => As<Half, T>((Half)value.Value),
        DType.BFloat16 => As<BFloat16, T>((BFloat16)value.Value),
        DType.Float32 => As<float, T>((float)value.Value),
        _ => As<double, T>(value.Value),
    };

    private static long Whole(Scalar value) => value.Type.IsFloating() ? (long)value.Value : value.Integer;

    private static TTo As<TFrom, TTo>(TFrom value) where TFrom : unmanaged where TTo : unmanaged => Unsafe.As<TFrom, TTo>(ref value);

    private sealed unsafe class Kernel<T> : IStepKernel where T : unmanaged
    {
        private readonly Pad _op;
        private readonly long[] _source, _target, _strides; // sizes of the source and of the target, strides of the source
        private readonly long _rows;
        private readonly T _value;

        public Kernel(Step step)
        {
            _op = (Pad)step.Op;
            _source = step.Inputs[0].Shape.ToArray();
            _target = step.Outputs[0].Shape.ToArray();
            _strides = step.Inputs[0].Layout.Strides.ToArray();
            _rows = _target.Length == 0 ? 1 : step.Outputs[0].Shape.ElementCount / Math.Max(1, _target[^1]);
            _value = Value<T>(_op.Value, step.Inputs[0].DType);
        }

        public void Run(ReadOnlySpan<nint> operands)
        {
            if (_target.Length == 0)
            {
                *(T*)operands[1] = *(T*)operands[0];
                return;
            }
            var grain = Math.Max(1, 32768 / Math.Max(1, _target[^1] * sizeof(T)));
            WorkerPool.ParallelFor(_rows, grain, new Job(this, (T*)operands[0], (T*)operands[1]));
        }

        private void Rows(T* source, T* target, long start, long end)
        {
            var last = _target.Length - 1;
            var width = _target[last];
            var (low, count, step) = (_op.Low[last], _source[last], _op.Interior[last] + 1);
            var walk = new Odometer(_target.AsSpan(0, last));
            walk.Seek(start);
            for (var row = start; row < end; row++, walk.Next())
            {
                var to = target + row * width;
                var from = RowOf(source, walk.Index);
                if (from is null || count == 0)
                {
                    Fill(to, width);
                    continue;
                }
                Fill(to, low);
                if (step > 1) Fill(to + low, (count - 1) * step + 1);
                if (step == 1 && _strides[last] == 1) Buffer.MemoryCopy(from, to + low, count * sizeof(T), count * sizeof(T));
                else for (long i = 0; i < count; i++) to[low + i * step] = from[i * _strides[last]];
                var written = low + (count - 1) * step + 1;
                Fill(to + written, width - written);
            }
        }

        /// <summary>The source's row at an outer position of the target; null where there is none.</summary>
        private T* RowOf(T* source, long[] index)
        {
            for (var k = 0; k < index.Length; k++)
            {
                var place = Math.DivRem(index[k] - _op.Low[k], _op.Interior[k] + 1, out var between);
                if (between != 0 || place < 0 || place >= _source[k]) return null;
                source += place * _strides[k];
            }
            return source;
        }

        private void Fill(T* target, long count)
        {
            for (; count > int.MaxValue; count -= int.MaxValue, target += int.MaxValue) new Span<T>(target, int.MaxValue).Fill(_value);
            new Span<T>(target, (int)count).Fill(_value);
        }

        private readonly struct Job(Kernel<T> kernel, T* source, T* target) : IRangeJob
        {
            private readonly T* _source = source, _target = target;

            public void Execute(long start, long end, int worker) => kernel.Rows(_source, _target, start, end);
        }
    }
}
