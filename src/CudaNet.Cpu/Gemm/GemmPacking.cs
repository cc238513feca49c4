using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Gemm;

/// <summary>Copies a part of an operand into the order in which the micro-kernel reads it, converting 16-bit formats to float.</summary>
/// <remarks>
/// A panel is [depth, panelWidth]: for each step of the summed dimension the values of panelWidth rows of A (or columns of B)
/// side by side. What lies past the edge of the matrix is zero.
/// </remarks>
internal static unsafe class GemmPacking
{
    private const int BlockDepth = 256;

    /// <summary>Packs one panel.</summary>
    /// <param name="source">First element of the panel in the operand.</param>
    /// <param name="across">Stride across the panel: rows of A, columns of B.</param>
    /// <param name="along">Stride along the summed dimension.</param>
    /// <param name="width">Rows or columns that exist, at most panelWidth.</param>
    /// <param name="panelWidth">Width of the panel, a multiple of 2.</param>
    /// <param name="depth">Length of the panel.</param>
    /// <param name="panel">[depth, panelWidth].</param>
    public static void PackPanel<TSource, T>(TSource* source, nint across, nint along, int width, int panelWidth, nint depth, T* panel)
        where TSource : unmanaged
        where T : unmanaged
    {
        if (across == 1)
        {
            if (typeof(TSource) == typeof(T) && width == panelWidth) CopyRows((T*)source, along, panelWidth, depth, panel);
            else ConvertRows(source, along, width, panelWidth, depth, panel);
        }
        else if (along == 1)
        {
            if (width < panelWidth) new Span<T>(panel, checked((int)(depth * panelWidth))).Clear();
            if (typeof(TSource) == typeof(T)) Transpose((T*)source, across, width, panelWidth, depth, panel);
            else ConvertAndTranspose(source, across, width, panelWidth, depth, panel);
        }
        else
        {
            Gather(source, across, along, width, panelWidth, depth, panel);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows<T>(T* source, nint along, int panelWidth, nint depth, T* panel)
        where T : unmanaged
    {
        nint bytes = panelWidth * sizeof(T);
        byte* from = (byte*)source, to = (byte*)panel;
        along *= sizeof(T);
        if (bytes == 128)
        {
            for (; depth > 0; depth--, from += along, to += 128)
            {
                Vector512.Store(Vector512.Load(from), to);
                Vector512.Store(Vector512.Load(from + 64), to + 64);
            }

            return;
        }

        for (; depth > 0; depth--, from += along, to += bytes)
        {
            for (nint i = 0; i < bytes; i += 16) Vector128.Store(Vector128.Load(from + i), to + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ConvertRows<TSource, T>(TSource* source, nint along, int width, int panelWidth, nint depth, T* panel)
        where TSource : unmanaged
        where T : unmanaged
    {
        int perVector = Vector256<T>.Count;
        for (; depth > 0; depth--, source += along, panel += panelWidth)
        {
            int i = 0;
            for (; i <= width - perVector; i += perVector)
                Simd256<T>.Store(HalfFormats.Load<Simd256<T>, T, TSource>(source + i), panel + i);
            for (; i < width; i++) panel[i] = HalfFormats.Load<T, TSource>(source + i);
            for (; i < panelWidth; i++) panel[i] = default;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ConvertAndTranspose<TSource, T>(TSource* source, nint across, int width, int panelWidth, nint depth, T* panel)
        where TSource : unmanaged
        where T : unmanaged
    {
        T* block = stackalloc T[8 * BlockDepth];
        int perVector = Vector256<T>.Count;
        for (int first = 0; first < width; first += 8)
        {
            int rows = Math.Min(8, width - first);
            for (nint start = 0; start < depth; start += BlockDepth)
            {
                nint count = Math.Min(BlockDepth, depth - start);
                for (int row = 0; row < rows; row++)
                {
                    TSource* from = source + ((first + row) * across) + start;
                    T* to = block + (row * BlockDepth);
                    nint i = 0;
                    for (; i <= count - perVector; i += perVector)
                        Simd256<T>.Store(HalfFormats.Load<Simd256<T>, T, TSource>(from + i), to + i);
                    for (; i < count; i++) to[i] = HalfFormats.Load<T, TSource>(from + i);
                }

                Transpose(block, BlockDepth, rows, panelWidth, count, panel + (start * panelWidth) + first);
            }
        }
    }

    /// <summary>panel[k, i] = source[i, k].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose<T>(T* source, nint across, int width, int panelWidth, nint depth, T* panel)
        where T : unmanaged
    {
        int i = 0;
        if (sizeof(T) == 4 && Avx512F.IsSupported)
        {
            for (; i <= width - 16; i += 16)
            {
                float* from = (float*)(source + (i * across)), to = (float*)(panel + i);
                nint k = 0;
                for (; k <= depth - 16; k += 16) Transpose16x16(from + k, across, to + (k * panelWidth), panelWidth);
                for (; k < depth; k++)
                {
                    for (int r = 0; r < 16; r++) to[(k * panelWidth) + r] = from[(r * across) + k];
                }
            }
        }

        if (sizeof(T) == 4)
        {
            for (; i <= width - 4; i += 4)
            {
                float* from = (float*)(source + (i * across)), to = (float*)(panel + i);
                nint k = 0;
                for (; k <= depth - 4; k += 4) Transpose4x4(from + k, across, to + (k * panelWidth), panelWidth);
                for (; k < depth; k++)
                {
                    for (int r = 0; r < 4; r++) to[(k * panelWidth) + r] = from[(r * across) + k];
                }
            }
        }

        for (; i < width; i++)
        {
            T* from = source + (i * across), to = panel + i;
            for (nint k = 0; k < depth; k++) to[k * panelWidth] = from[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4x4(float* source, nint stride, float* destination, nint step)
    {
        var r0 = Vector128.Load(source);
        var r1 = Vector128.Load(source + stride);
        var r2 = Vector128.Load(source + (2 * stride));
        var r3 = Vector128.Load(source + (3 * stride));
        Vector128<float> low01, high01, low23, high23;
        if (Sse.IsSupported)
        {
            low01 = Sse.UnpackLow(r0, r1);
            high01 = Sse.UnpackHigh(r0, r1);
            low23 = Sse.UnpackLow(r2, r3);
            high23 = Sse.UnpackHigh(r2, r3);
        }
        else
        {
            low01 = Vector128.Create(r0[0], r1[0], r0[1], r1[1]);
            high01 = Vector128.Create(r0[2], r1[2], r0[3], r1[3]);
            low23 = Vector128.Create(r2[0], r3[0], r2[1], r3[1]);
            high23 = Vector128.Create(r2[2], r3[2], r2[3], r3[3]);
        }

        Vector128.Store(Vector128.Create(low01.GetLower(), low23.GetLower()), destination);
        Vector128.Store(Vector128.Create(low01.GetUpper(), low23.GetUpper()), destination + step);
        Vector128.Store(Vector128.Create(high01.GetLower(), high23.GetLower()), destination + (2 * step));
        Vector128.Store(Vector128.Create(high01.GetUpper(), high23.GetUpper()), destination + (3 * step));
    }

    // Four stages of pairwise exchanges: 32, 64, 128 and 256 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose16x16(float* source, nint stride, float* destination, nint step)
    {
        Vector512<float>* t = stackalloc Vector512<float>[16];
        for (int group = 0; group < 4; group++)
        {
            float* p = source + (4 * group * stride);
            var r0 = Vector512.Load(p);
            var r1 = Vector512.Load(p + stride);
            var r2 = Vector512.Load(p + (2 * stride));
            var r3 = Vector512.Load(p + (3 * stride));
            var a = Avx512F.UnpackLow(r0, r1).AsDouble();
            var b = Avx512F.UnpackHigh(r0, r1).AsDouble();
            var c = Avx512F.UnpackLow(r2, r3).AsDouble();
            var d = Avx512F.UnpackHigh(r2, r3).AsDouble();
            t[(4 * group) + 0] = Avx512F.UnpackLow(a, c).AsSingle();
            t[(4 * group) + 1] = Avx512F.UnpackHigh(a, c).AsSingle();
            t[(4 * group) + 2] = Avx512F.UnpackLow(b, d).AsSingle();
            t[(4 * group) + 3] = Avx512F.UnpackHigh(b, d).AsSingle();
        }

        // Each t[4g + q] holds, in 128-bit lane l, column 4l + q of rows 4g … 4g + 3.
        for (int q = 0; q < 4; q++)
        {
            var low01 = Avx512F.Shuffle4x128(t[q], t[4 + q], 0x44);
            var high01 = Avx512F.Shuffle4x128(t[q], t[4 + q], 0xee);
            var low23 = Avx512F.Shuffle4x128(t[8 + q], t[12 + q], 0x44);
            var high23 = Avx512F.Shuffle4x128(t[8 + q], t[12 + q], 0xee);
            Vector512.Store(Avx512F.Shuffle4x128(low01, low23, 0x88), destination + (q * step));
            Vector512.Store(Avx512F.Shuffle4x128(low01, low23, 0xdd), destination + ((4 + q) * step));
            Vector512.Store(Avx512F.Shuffle4x128(high01, high23, 0x88), destination + ((8 + q) * step));
            Vector512.Store(Avx512F.Shuffle4x128(high01, high23, 0xdd), destination + ((12 + q) * step));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather<TSource, T>(TSource* source, nint across, nint along, int width, int panelWidth, nint depth, T* panel)
        where TSource : unmanaged
        where T : unmanaged
    {
        for (; depth > 0; depth--, source += along, panel += panelWidth)
        {
            int i = 0;
            for (; i < width; i++) panel[i] = HalfFormats.Load<T, TSource>(source + (i * across));
            for (; i < panelWidth; i++) panel[i] = default;
        }
    }
}
