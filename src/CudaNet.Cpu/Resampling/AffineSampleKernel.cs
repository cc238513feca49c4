using System.Numerics;
using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Resampling;

/// <summary>Samples images along affine maps: finds the pixels around the places of a part of a row once, then takes every channel by them.</summary>
/// <typeparam name="TPixel">Type of the images.</typeparam>
/// <typeparam name="T">Type of maps and result.</typeparam>
internal sealed unsafe class AffineSampleKernel<TPixel, T> : IStepKernel
    where TPixel : unmanaged, INumberBase<TPixel>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Columns that are worked on together: what is known of their places stays in the first-level cache.</summary>
    private const int Block = 128;

    /// <summary>Pixels that are worth a second thread: some ten microseconds.</summary>
    private const long PixelsPerPart = 4096;

    private readonly long _batch, _rows, _columns;
    private readonly int _channels, _height, _width;
    private readonly bool _clamps, _scales;

    public AffineSampleKernel(Step step)
    {
        var (op, images) = ((AffineSample)step.Op, step.Inputs[0].Shape);
        (_batch, _channels, _height, _width) = (images[0], (int)images[1], (int)images[2], (int)images[3]);
        (_rows, _columns, _clamps, _scales) = (op.Height, op.Width, op.Padding == SamplePadding.Border, step.Inputs.Count > 2);
    }

    public void Run(ReadOnlySpan<nint> operands)
    {
        fixed (nint* pointers = operands) WorkerPool.ParallelFor(_batch * _rows, Math.Max(1, PixelsPerPart / Math.Max(1, _columns * _channels)), new RowsJob(this, pointers, operands.Length - 1));
    }

    /// <summary>One row of all channels of a result.</summary>
    private void Row(long image, long row, nint* operands, int result, Place* places)
    {
        var map = (T*)operands[1] + image * 6;
        T i = T.CreateTruncating(row), p = map[1] * i + map[2], q = map[4] * i + map[5];
        for (long first = 0; first < _columns; first += Block)
        {
            var count = (int)Math.Min(Block, _columns - first);
            var within = Find(map[0], p, map[3], q, first, count, places);
            for (var channel = 0; channel < _channels; channel++)
            {
                var plane = image * _channels + channel;
                var (scale, shift) = _scales ? (((T*)operands[2])[channel], ((T*)operands[3])[channel]) : (T.One, T.Zero);
                var pixels = (TPixel*)operands[0] + plane * _height * _width;
                var to = (T*)operands[result] + (plane * _rows + row) * _columns + first;
                if (within) Take(pixels, places, count, scale, shift, to);
                else TakeWithin(pixels, places, count, scale, shift, to);
            }
        }
    }

    /// <summary>Finds the places of some columns; true if no pixel around them is outside.</summary>
    [MethodImpl(Jit.Hot)]
    private bool Find(T a, T p, T d, T q, long first, int count, Place* places)
    {
        T lastX = T.CreateTruncating(_width - 1), lastY = T.CreateTruncating(_height - 1);
        var within = true;
        for (var k = 0; k < count; k++)
        {
            T j = T.CreateTruncating(first + k), x = T.FusedMultiplyAdd(a, j, p), y = T.FusedMultiplyAdd(d, j, q);
            if (_clamps)
            {
                x = x < T.Zero ? T.Zero : x > lastX ? lastX : x;
                y = y < T.Zero ? T.Zero : y > lastY ? lastY : y;
            }
            T left = T.Floor(x), top = T.Floor(y);
            ref var place = ref places[k];
            // Compared before they are converted: a place may be NaN, or further away than integers reach.
            bool hasLeft = left >= T.Zero && left <= lastX, hasRight = left >= -T.One && left < lastX, hasTop = top >= T.Zero && top <= lastY, hasBottom = top >= -T.One && top < lastY;
            int column = hasLeft || hasRight ? int.CreateTruncating(left) : 0, at = hasTop || hasBottom ? int.CreateTruncating(top) * _width + column : 0;
            place.TopLeft = hasTop && hasLeft ? at : -1;
            place.TopRight = hasTop && hasRight ? at + 1 : -1;
            place.BottomLeft = hasBottom && hasLeft ? at + _width : -1;
            place.BottomRight = hasBottom && hasRight ? at + _width + 1 : -1;
            // A place far outside may be NaN, which even zeros would become.
            var isOutside = (place.TopLeft & place.TopRight & place.BottomLeft & place.BottomRight) < 0;
            (place.Right, place.Down) = isOutside ? (T.Zero, T.Zero) : (x - left, y - top);
            within &= (place.TopLeft | place.TopRight | place.BottomLeft | place.BottomRight) >= 0;
        }
        return within;
    }

    [MethodImpl(Jit.Hot)]
    private static void Take(TPixel* pixels, Place* places, int count, T scale, T shift, T* result)
    {
        for (var k = 0; k < count; k++)
        {
            ref readonly var at = ref places[k];
            result[k] = T.FusedMultiplyAdd(at.Between(Of(pixels[at.TopLeft]), Of(pixels[at.TopRight]), Of(pixels[at.BottomLeft]), Of(pixels[at.BottomRight])), scale, shift);
        }
    }

    /// <summary>The same with zeros for what lies outside.</summary>
    [MethodImpl(Jit.Hot)]
    private static void TakeWithin(TPixel* pixels, Place* places, int count, T scale, T shift, T* result)
    {
        for (var k = 0; k < count; k++)
        {
            ref readonly var at = ref places[k];
            result[k] = T.FusedMultiplyAdd(at.Between(At(pixels, at.TopLeft), At(pixels, at.TopRight), At(pixels, at.BottomLeft), At(pixels, at.BottomRight)), scale, shift);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Of(TPixel pixel) => T.CreateTruncating(pixel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T At(TPixel* pixels, int place) => place < 0 ? T.Zero : Of(pixels[place]);

    /// <summary>The four pixels around a place, −1 for what is outside, and how far it is right of and below the first.</summary>
    private struct Place
    {
        public int TopLeft, TopRight, BottomLeft, BottomRight;
        public T Right, Down;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly T Between(T topLeft, T topRight, T bottomLeft, T bottomRight)
        {
            T top = T.FusedMultiplyAdd(Right, topRight, (T.One - Right) * topLeft), bottom = T.FusedMultiplyAdd(Right, bottomRight, (T.One - Right) * bottomLeft);
            return T.FusedMultiplyAdd(Down, bottom, (T.One - Down) * top);
        }
    }

    private readonly struct RowsJob(AffineSampleKernel<TPixel, T> kernel, nint* operands, int result) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            var places = stackalloc Place[Block];
            for (var row = start; row < end; row++) kernel.Row(row / kernel._rows, row % kernel._rows, operands, result, places);
        }
    }
}
