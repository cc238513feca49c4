using System.Runtime.CompilerServices;

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
        var (stride, width) = (shape.Stride.W, shape.Input.W);
        var shift = kw * shape.Dilation.W - shape.Low.W;
        for (var place = start; place < end;)
        {
            // One row of the output at a time: its places read one row of the input.
            var ow = place % shape.Output.W;
            var count = Math.Min(shape.Output.W - ow, end - place);
            var row = InputRow(shape, place / shape.Output.W, kd, kh);
            if (row < 0)
            {
                new Span<T>(target, (int)count).Clear();
            }
            else
            {
                var source = x + row * width;
                var (first, last) = Inside(ow, count, stride, shift, width);
                new Span<T>(target, (int)first).Clear();
                if (stride == 1) Unsafe.CopyBlockUnaligned(target + first, source + ow + first + shift, (uint)((last - first) * sizeof(T)));
                else
                    for (var i = first; i < last; i++) target[i] = source[(ow + i) * stride + shift];
                new Span<T>(target + last, (int)(count - last)).Clear();
            }
            target += count;
            place += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScatterRow<T>(ConvShape shape, T* x, long kd, long kh, long kw, long start, long end, T* source)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        var (stride, width) = (shape.Stride.W, shape.Input.W);
        var shift = kw * shape.Dilation.W - shape.Low.W;
        for (var place = start; place < end;)
        {
            var ow = place % shape.Output.W;
            var count = Math.Min(shape.Output.W - ow, end - place);
            var row = InputRow(shape, place / shape.Output.W, kd, kh);
            if (row >= 0)
            {
                var target = x + row * width;
                var (first, last) = Inside(ow, count, stride, shift, width);
                if (stride == 1)
                {
                    var to = target + ow + first + shift;
                    Simd.SimdLoop.Binary<T, Simd.AddOperator<T>>(to, source + first, to, (nint)(last - first));
                }
                else
                    for (var i = first; i < last; i++) target[(ow + i) * stride + shift] += source[i];
            }
            source += count;
            place += count;
        }
    }

    /// <summary>The row of the input (counted through depth and height) that an output row reads for a window row; −1 for the border.</summary>
    private static long InputRow(ConvShape shape, long outputRow, long kd, long kh)
    {
        var d = outputRow / shape.Output.H * shape.Stride.D + kd * shape.Dilation.D - shape.Low.D;
        var h = outputRow % shape.Output.H * shape.Stride.H + kh * shape.Dilation.H - shape.Low.H;
        return (ulong)d < (ulong)shape.Input.D && (ulong)h < (ulong)shape.Input.H ? d * shape.Input.H + h : -1;
    }

    /// <summary>Which of <paramref name="count"/> places from ow on read from within the row.</summary>
    private static (long First, long Last) Inside(long ow, long count, long stride, long shift, long width)
    {
        // 0 ≤ (ow + i)·stride + shift < width
        var first = shift >= 0 ? 0 : Math.Max(0, (-shift + stride - 1) / stride - ow);
        var last = width - shift <= 0 ? 0 : (width - 1 - shift) / stride - ow + 1;
        first = Math.Min(first, count);
        return (first, Math.Clamp(last, first, count));
    }
}
