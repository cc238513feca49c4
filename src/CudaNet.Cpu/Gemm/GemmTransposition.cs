using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Gemm;

/// <summary>Transposes rows into a panel: panel[k, i] = source[i, k] for float and double.</summary>
internal static unsafe class GemmTransposition
{
    /// <summary>Transposes [width, depth] with the given row stride into columns 0 … width − 1 of the panel.</summary>
    /// <remarks>Columns of the panel past width may be overwritten with zeros within the group of lanes of the last rows.</remarks>
    [MethodImpl(Jit.Hot)]
    public static void Run<T>(T* source, nint across, int width, int panelWidth, nint depth, T* panel)
        where T : unmanaged
    {
        int i = 0;
        // Not wherever the instructions exist: the runtime shuns wide vectors on processors that slow down by them, and the narrower
        // kernels have panels of 6, which are no whole 16 bytes.
        if (Vector512.IsHardwareAccelerated && panelWidth * sizeof(T) % 16 == 0)
        {
            // A square of a cache line a side: each line of the source is read once, also where rows lie a power of two apart.
            int side = 64 / sizeof(T);
            T* tail = stackalloc T[16 * 16];
            for (; i < width; i += side)
            {
                int rows = Math.Min(side, width - i), lanes = Math.Min(4, (panelWidth - i) * sizeof(T) / 16);
                T* from = source + (i * across), to = panel + i;
                nint k = 0;
                for (; k <= depth - side; k += side) Square(from + k, across, rows, to + (k * panelWidth), panelWidth, lanes, side);
                if (k == depth) continue;
                int rest = (int)(depth - k);
                for (int row = 0; row < rows; row++) Unsafe.CopyBlockUnaligned(tail + (row * side), from + (row * across) + k, (uint)(rest * sizeof(T)));
                Square(tail, side, rows, to + (k * panelWidth), panelWidth, lanes, rest);
            }

            return;
        }

        if (sizeof(T) == 4)
        {
            for (; i <= width - 4; i += 4)
            {
                float* from = (float*)(source + (i * across)), to = (float*)(panel + i);
                nint k = 0;
                for (; k <= depth - 4; k += 4) Square4(from + k, across, to + (k * panelWidth), panelWidth);
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

    /// <summary>16×16 floats or 8×8 doubles; missing rows count as zero; stores 128-bit lanes of count rows of the result.</summary>
    [MethodImpl(Jit.Hot)]
    private static void Square<T>(T* source, nint stride, int rows, T* destination, nint step, int lanes, int count)
        where T : unmanaged
    {
        // First within groups of rows, so that lane l of a vector holds a column of all rows of the group …
        Vector512<float>* t = stackalloc Vector512<float>[16];
        int perLane = 16 / sizeof(T);
        for (int group = 0; group < 4; group++)
        {
            T* p = source + (group * perLane * stride);
            int present = rows - (group * perLane);
            if (sizeof(T) == 4)
            {
                var r0 = Row((float*)p, present > 0);
                var r1 = Row((float*)(p + stride), present > 1);
                var r2 = Row((float*)(p + (2 * stride)), present > 2);
                var r3 = Row((float*)(p + (3 * stride)), present > 3);
                var a = Avx512F.UnpackLow(r0, r1).AsDouble();
                var b = Avx512F.UnpackHigh(r0, r1).AsDouble();
                var c = Avx512F.UnpackLow(r2, r3).AsDouble();
                var d = Avx512F.UnpackHigh(r2, r3).AsDouble();
                t[group] = Avx512F.UnpackLow(a, c).AsSingle();
                t[4 + group] = Avx512F.UnpackHigh(a, c).AsSingle();
                t[8 + group] = Avx512F.UnpackLow(b, d).AsSingle();
                t[12 + group] = Avx512F.UnpackHigh(b, d).AsSingle();
            }
            else
            {
                var r0 = Row((float*)p, present > 0).AsDouble();
                var r1 = Row((float*)(p + stride), present > 1).AsDouble();
                t[group] = Avx512F.UnpackLow(r0, r1).AsSingle();
                t[4 + group] = Avx512F.UnpackHigh(r0, r1).AsSingle();
            }
        }

        // … then whole lanes between the groups: column perLane · l + q is lane l of the four vectors of q.
        for (int q = 0; q < perLane; q++)
        {
            var low01 = Avx512F.Shuffle4x128(t[4 * q], t[(4 * q) + 1], 0x44);
            var high01 = Avx512F.Shuffle4x128(t[4 * q], t[(4 * q) + 1], 0xee);
            var low23 = Avx512F.Shuffle4x128(t[(4 * q) + 2], t[(4 * q) + 3], 0x44);
            var high23 = Avx512F.Shuffle4x128(t[(4 * q) + 2], t[(4 * q) + 3], 0xee);
            T* to = destination + (q * step);
            nint next = perLane * step;
            if (q < count) StoreLanes(Avx512F.Shuffle4x128(low01, low23, 0x88), (float*)to, lanes);
            if (q + perLane < count) StoreLanes(Avx512F.Shuffle4x128(low01, low23, 0xdd), (float*)(to + next), lanes);
            if (q + (2 * perLane) < count) StoreLanes(Avx512F.Shuffle4x128(high01, high23, 0x88), (float*)(to + (2 * next)), lanes);
            if (q + (3 * perLane) < count) StoreLanes(Avx512F.Shuffle4x128(high01, high23, 0xdd), (float*)(to + (3 * next)), lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Row(float* row, bool present) => present ? Vector512.Load(row) : Vector512<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreLanes(Vector512<float> value, float* destination, int lanes)
    {
        if (lanes == 4)
        {
            Vector512.Store(value, destination);
            return;
        }

        if (lanes == 1)
        {
            Vector128.Store(value.GetLower().GetLower(), destination);
            return;
        }

        Vector256.Store(value.GetLower(), destination);
        if (lanes == 3) Vector128.Store(value.GetUpper().GetLower(), destination + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square4(float* source, nint stride, float* destination, nint step)
    {
        var r0 = Vector128.Load(source);
        var r1 = Vector128.Load(source + stride);
        var r2 = Vector128.Load(source + (2 * stride));
        var r3 = Vector128.Load(source + (3 * stride));
        var low01 = ZipLow(r0, r1).AsDouble();
        var high01 = ZipHigh(r0, r1).AsDouble();
        var low23 = ZipLow(r2, r3).AsDouble();
        var high23 = ZipHigh(r2, r3).AsDouble();
        Vector128.Store(ZipLow(low01, low23).AsSingle(), destination);
        Vector128.Store(ZipHigh(low01, low23).AsSingle(), destination + step);
        Vector128.Store(ZipLow(high01, high23).AsSingle(), destination + (2 * step));
        Vector128.Store(ZipHigh(high01, high23).AsSingle(), destination + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ZipLow(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : Vector128.Create(a[0], b[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ZipHigh(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : Vector128.Create(a[1], b[1]);
}
