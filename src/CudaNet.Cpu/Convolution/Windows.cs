using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Cpu.Convolution;

/// <summary>The matrix of windows [channels · kernel, places] of one example and group, a range of places at a time: never
/// that of the whole input.</summary>
internal static unsafe class Windows
{
    /// <summary>Writes the windows of the places [start, end), with zeros for the border.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="x">First channel of the group.</param>
    /// <param name="start">First place, counted through all output axes.</param>
    /// <param name="end">One past the last place.</param>
    /// <param name="matrix">[rows, end − start].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather<T>(ConvShape shape, T* x, long start, long end, T* matrix)
        where T : unmanaged
    {
        var columns = end - start;
        for (long c = 0; c < shape.GroupC; c++, x += shape.InputSize)
            for (long kd = 0; kd < shape.Kernel.D; kd++)
                for (long kh = 0; kh < shape.Kernel.H; kh++)
                    for (long kw = 0; kw < shape.Kernel.W; kw++, matrix += columns)
                        GatherRow(shape, x, kd, kh, kw, start, end, matrix);
    }

    /// <summary>Adds the rows of a matrix of windows to the places of the input that they came from.</summary>
    /// <inheritdoc cref="Gather"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scatter<T>(ConvShape shape, T* x, long start, long end, T* matrix)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        var columns = end - start;
        for (long c = 0; c < shape.GroupC; c++, x += shape.InputSize)
            for (long kd = 0; kd < shape.Kernel.D; kd++)
                for (long kh = 0; kh < shape.Kernel.H; kh++)
                    for (long kw = 0; kw < shape.Kernel.W; kw++, matrix += columns)
                        ScatterRow(shape, x, kd, kh, kw, start, end, matrix);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherRow<T>(ConvShape shape, T* x, long kd, long kh, long kw, long start, long end, T* target)
        where T : unmanaged
    {
        var walk = new RowWalk(shape, kd, kh, kw, start, end);
        var stride = shape.Stride.W;
        while (walk.Next())
        {
            // One row of the output at a time: its places read one row of the input.
            nint count = (nint)walk.Count, first = (nint)walk.First, last = (nint)walk.Last;
            if (walk.Row < 0)
            {
                Clear(target, count);
            }
            else
            {
                var source = x + walk.Row * shape.Input.W + walk.Ow * stride + walk.Shift;
                if (first > 0) Clear(target, first);
                if (stride == 1) Unsafe.CopyBlockUnaligned(target + first, source + first, (uint)((last - first) * sizeof(T)));
                else
                    for (var i = first; i < last; i++) target[i] = source[i * stride];
                if (last < count) Clear(target + last, count - last);
            }
            target += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScatterRow<T>(ConvShape shape, T* x, long kd, long kh, long kw, long start, long end, T* source)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        var walk = new RowWalk(shape, kd, kh, kw, start, end);
        var stride = shape.Stride.W;
        while (walk.Next())
        {
            if (walk.Row >= 0)
            {
                nint first = (nint)walk.First, last = (nint)walk.Last;
                var target = x + walk.Row * shape.Input.W + walk.Ow * stride + walk.Shift;
                if (stride == 1) Accumulate(target + first, source + first, last - first);
                else
                    for (var i = first; i < last; i++) target[i * stride] += source[i];
            }
            source += walk.Count;
        }
    }

    /// <summary>target += source. Rows of an image are short: a call of the general loop would cost as much as the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate<T>(T* target, T* source, nint count)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        nint i = 0;
        for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count) (Vector256.Load(target + i) + Vector256.Load(source + i)).Store(target + i);
        for (; i <= count - Vector128<T>.Count; i += Vector128<T>.Count) (Vector128.Load(target + i) + Vector128.Load(source + i)).Store(target + i);
        for (; i < count; i++) target[i] += source[i];
    }

    private static void Clear<T>(T* target, nint count)
        where T : unmanaged => Unsafe.InitBlockUnaligned(target, 0, (uint)(count * sizeof(T)));

    /// <summary>Goes through a range of places one row of the output at a time, for one element of the window.</summary>
    private struct RowWalk
    {
        private readonly ConvShape _shape;
        private readonly long _first;
        private readonly long _last;
        private readonly long _kd;
        private readonly long _kh;
        private long _od;
        private long _oh;
        private long _left;

        public RowWalk(ConvShape shape, long kd, long kh, long kw, long start, long end)
        {
            _shape = shape;
            _left = end - start;
            Shift = kw * shape.Dilation.W - shape.Low.W;
            // Places whose element lies in the input: 0 ≤ ow·stride + shift < width.
            var (stride, width) = (shape.Stride.W, shape.Input.W);
            _first = Shift >= 0 ? 0 : (-Shift + stride - 1) / stride;
            _last = width - Shift <= 0 ? 0 : (width - 1 - Shift) / stride + 1;
            (_kd, _kh) = (kd * shape.Dilation.D - shape.Low.D, kh * shape.Dilation.H - shape.Low.H);
            var row = start / shape.Output.W;
            Ow = start - row * shape.Output.W;
            (_od, _oh) = (row / shape.Output.H, row % shape.Output.H);
        }

        /// <summary>Input column of place 0.</summary>
        public long Shift { get; }

        /// <summary>First place of this row.</summary>
        public long Ow { get; private set; }

        /// <summary>Places of this row.</summary>
        public long Count { get; private set; }

        /// <summary>The places [First, Last) from <see cref="Ow"/> on lie in the input.</summary>
        public long First { get; private set; }

        /// <inheritdoc cref="First"/>
        public long Last { get; private set; }

        /// <summary>The input's row, counted through depth and height; −1 for the border.</summary>
        public long Row { get; private set; }

        public bool Next()
        {
            if (Count > 0)
            {
                Ow = 0;
                if (++_oh == _shape.Output.H) (_oh, _od) = (0, _od + 1);
            }
            if (_left == 0) return false;
            Count = Math.Min(_shape.Output.W - Ow, _left);
            _left -= Count;
            var (d, h) = (_od * _shape.Stride.D + _kd, _oh * _shape.Stride.H + _kh);
            Row = (ulong)d < (ulong)_shape.Input.D && (ulong)h < (ulong)_shape.Input.H ? d * _shape.Input.H + h : -1;
            First = Math.Clamp(_first - Ow, 0, Count);
            Last = Math.Clamp(_last - Ow, First, Count);
            return true;
        }
    }
}
