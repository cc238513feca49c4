using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Views;

/// <summary>
/// Copies elements from one layout to another. What can be said with fewer axes is, then the two innermost axes are
/// copied as a block: rows by memory copies where they lie together on both sides, a transposition by tiles that stay in
/// the cache, all else element by element. Blocks and rows are shared out among the threads.
/// </summary>
internal sealed unsafe class StridedCopy
{
    private const long BytesWorthAThread = 64 << 10;

    private readonly Axis[] _outer; // outermost first
    private readonly Axis _row, _column;
    private readonly int _size;
    private readonly long _rows; // all rows of all blocks
    private readonly bool _isTransposed;

    /// <param name="sizes">The iteration space.</param>
    /// <param name="source">Strides of the source in elements; any.</param>
    /// <param name="target">Strides of the target in elements.</param>
    /// <param name="elementSize">1, 2, 4 or 8 bytes.</param>
    public StridedCopy(ReadOnlySpan<long> sizes, ReadOnlySpan<long> source, ReadOnlySpan<long> target, int elementSize)
    {
        _size = elementSize;
        var axes = Collapse(sizes, source, target);
        while (axes.Count < 2) axes.Insert(0, new(1, 0, 0));
        // A transposition: neighbours of the source lie along another axis than neighbours of the target.
        var last = axes.Count - 1;
        if (Math.Abs(axes[last].Source) != 1 && axes[last].Target == 1 && axes[last].Size > 1)
            for (var k = 0; k < last; k++)
            {
                if (Math.Abs(axes[k].Source) != 1 || axes[k].Size < 4) continue;
                var axis = axes[k];
                axes.RemoveAt(k);
                axes.Insert(last - 1, axis);
                _isTransposed = true;
                break;
            }
        _column = axes[last];
        _row = axes[last - 1];
        if (_row.Size == 1 && _column.Size > 1)
        {
            // One long row: cut it, so that threads can share it.
            var chunk = Math.Max(1, BytesWorthAThread / elementSize);
            var whole = _column.Size / chunk;
            if (whole > 1 && axes.Count == 2)
            {
                _row = new(whole, _column.Source * chunk, _column.Target * chunk);
                Rest = new Tail(_column.Size - whole * chunk, whole * _row.Source, whole * _row.Target);
                _column = _column with { Size = chunk };
            }
        }
        _outer = [.. axes[..(last - 1)]];
        _rows = _row.Size;
        foreach (var axis in _outer) _rows *= axis.Size;
        if (_column.Size == 0) _rows = 0;
    }

    /// <summary>What cutting one long row into equal chunks left over.</summary>
    private Tail? Rest { get; }

    /// <summary>Copies. The pointers are those of the first elements.</summary>
    public void Run(byte* source, byte* target)
    {
        var grain = Math.Max(1, BytesWorthAThread / Math.Max(1, _column.Size * _size));
        if (_isTransposed) grain = (grain + 15) / 16 * 16; // whole tiles
        switch (_size)
        {
            case 1: WorkerPool.ParallelFor(_rows, grain, new Job<byte>(this, source, target)); break;
            case 2: WorkerPool.ParallelFor(_rows, grain, new Job<ushort>(this, source, target)); break;
            case 4: WorkerPool.ParallelFor(_rows, grain, new Job<uint>(this, source, target)); break;
            default: WorkerPool.ParallelFor(_rows, grain, new Job<ulong>(this, source, target)); break;
        }
        if (Rest is not { Size: > 0 } rest) return;
        source += rest.Source * _size;
        target += rest.Target * _size;
        switch (_size)
        {
            case 1: CopyRow((byte*)source, (byte*)target, rest.Size, _column.Source, _column.Target); break;
            case 2: CopyRow((ushort*)source, (ushort*)target, rest.Size, _column.Source, _column.Target); break;
            case 4: CopyRow((uint*)source, (uint*)target, rest.Size, _column.Source, _column.Target); break;
            default: CopyRow((ulong*)source, (ulong*)target, rest.Size, _column.Source, _column.Target); break;
        }
    }

    private static List<Axis> Collapse(ReadOnlySpan<long> sizes, ReadOnlySpan<long> source, ReadOnlySpan<long> target)
    {
        var axes = new List<Axis>(sizes.Length + 2);
        for (var k = 0; k < sizes.Length; k++)
        {
            if (sizes[k] == 1) continue;
            if (axes.Count > 0 && axes[^1] is var outer && outer.Source == source[k] * sizes[k] && outer.Target == target[k] * sizes[k])
                axes[^1] = new(outer.Size * sizes[k], source[k], target[k]);
            else
                axes.Add(new(sizes[k], source[k], target[k]));
        }
        if (axes.Count == 0) axes.Add(new(1, 1, 1));
        return axes;
    }

    private void Copy<T>(T* source, T* target, long start, long end) where T : unmanaged
    {
        while (start < end)
        {
            var block = Math.DivRem(start, _row.Size, out var row);
            var rows = Math.Min(end - start, _row.Size - row);
            long from = row * _row.Source, to = row * _row.Target;
            for (var k = _outer.Length - 1; k >= 0; k--)
            {
                block = Math.DivRem(block, _outer[k].Size, out var index);
                from += index * _outer[k].Source;
                to += index * _outer[k].Target;
            }
            CopyBlock(source + from, target + to, rows);
            start += rows;
        }
    }

    private void CopyBlock<T>(T* source, T* target, long rows) where T : unmanaged
    {
        if (_isTransposed && _row.Source == 1)
        {
            Transpose(source, target, rows);
            return;
        }
        if (_isTransposed)
        {
            // A source that runs backwards: tiles without vectors.
            for (long r = 0; r < rows; r += 16)
                for (long c = 0; c < _column.Size; c += 16)
                    CopyTile(source + r * _row.Source + c * _column.Source, target + r * _row.Target + c, Math.Min(16, rows - r), Math.Min(16, _column.Size - c));
            return;
        }
        for (long r = 0; r < rows; r++)
        {
            CopyRow(source, target, _column.Size, _column.Source, _column.Target);
            source += _row.Source;
            target += _row.Target;
        }
    }

    private static void CopyRow<T>(T* source, T* target, long count, long from, long to) where T : unmanaged
    {
        if (to == 1 && from == 1)
        {
            if (count >= 16) System.Buffer.MemoryCopy(source, target, count * sizeof(T), count * sizeof(T));
            else for (long i = 0; i < count; i++) target[i] = source[i];
        }
        else if (to == 1 && from == 0 && count <= int.MaxValue)
            new Span<T>(target, (int)count).Fill(*source);
        else if (to == 1 && from == -1)
            Reverse(source, target, count);
        else if (to == 1)
            for (long i = 0; i < count; i++, source += from) target[i] = *source;
        else
            for (long i = 0; i < count; i++, source += from, target += to) *target = *source;
    }

    private static void Reverse<T>(T* source, T* target, long count) where T : unmanaged
    {
        long i = 0;
        if (sizeof(T) == 4 && Vector256.IsHardwareAccelerated)
        {
            var order = Vector256.Create(7, 6, 5, 4, 3, 2, 1, 0);
            for (; i + 8 <= count; i += 8)
                Vector256.Shuffle(Vector256.Load((int*)(source - i - 7)), order).Store((int*)(target + i));
        }
        for (; i < count; i++) target[i] = source[-i];
    }

    private void Transpose<T>(T* source, T* target, long rows) where T : unmanaged
    {
        // Bands of columns, so that the cache lines of the source that a tile touches are used up before they are evicted.
        const long Band = 64;
        for (long c0 = 0; c0 < _column.Size; c0 += Band)
        {
            var columns = Math.Min(Band, _column.Size - c0);
            for (long r = 0; r < rows; r += 16)
            {
                var height = Math.Min(16, rows - r);
                for (long c = 0; c < columns; c += 16)
                {
                    var from = source + r + (c0 + c) * _column.Source;
                    var to = target + r * _row.Target + c0 + c;
                    var width = Math.Min(16, columns - c);
                    if (height == 16 && width == 16 && sizeof(T) == 4 && Avx.IsSupported)
                        for (var k = 0; k < 4; k++)
                            Transpose8((float*)from + (k & 1) * 8 + (k >> 1) * 8 * _column.Source, _column.Source, (float*)to + (k & 1) * 8 * _row.Target + (k >> 1) * 8, _row.Target);
                    else if (height == 16 && width == 16 && sizeof(T) == 8 && Avx.IsSupported)
                        for (var k = 0; k < 16; k++)
                            Transpose4((double*)from + (k & 3) * 4 + (k >> 2) * 4 * _column.Source, _column.Source, (double*)to + (k & 3) * 4 * _row.Target + (k >> 2) * 4, _row.Target);
                    else
                        CopyTile(from, to, height, width);
                }
            }
        }
    }

    private void CopyTile<T>(T* source, T* target, long rows, long columns) where T : unmanaged
    {
        for (long r = 0; r < rows; r++)
        {
            var from = source + r * _row.Source;
            var to = target + r * _row.Target;
            for (long c = 0; c < columns; c++, from += _column.Source) to[c] = *from;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8(float* source, long from, float* target, long to)
    {
        var (a0, a1, a2, a3) = (Avx.LoadVector256(source), Avx.LoadVector256(source + from), Avx.LoadVector256(source + 2 * from), Avx.LoadVector256(source + 3 * from));
        source += 4 * from;
        var (a4, a5, a6, a7) = (Avx.LoadVector256(source), Avx.LoadVector256(source + from), Avx.LoadVector256(source + 2 * from), Avx.LoadVector256(source + 3 * from));
        var (b0, b1, b2, b3) = (Avx.UnpackLow(a0, a1), Avx.UnpackHigh(a0, a1), Avx.UnpackLow(a2, a3), Avx.UnpackHigh(a2, a3));
        var (b4, b5, b6, b7) = (Avx.UnpackLow(a4, a5), Avx.UnpackHigh(a4, a5), Avx.UnpackLow(a6, a7), Avx.UnpackHigh(a6, a7));
        (a0, a1, a2, a3) = (Avx.Shuffle(b0, b2, 0x44), Avx.Shuffle(b0, b2, 0xEE), Avx.Shuffle(b1, b3, 0x44), Avx.Shuffle(b1, b3, 0xEE));
        (a4, a5, a6, a7) = (Avx.Shuffle(b4, b6, 0x44), Avx.Shuffle(b4, b6, 0xEE), Avx.Shuffle(b5, b7, 0x44), Avx.Shuffle(b5, b7, 0xEE));
        Avx.Store(target, Avx.Permute2x128(a0, a4, 0x20));
        Avx.Store(target + to, Avx.Permute2x128(a1, a5, 0x20));
        Avx.Store(target + 2 * to, Avx.Permute2x128(a2, a6, 0x20));
        Avx.Store(target + 3 * to, Avx.Permute2x128(a3, a7, 0x20));
        target += 4 * to;
        Avx.Store(target, Avx.Permute2x128(a0, a4, 0x31));
        Avx.Store(target + to, Avx.Permute2x128(a1, a5, 0x31));
        Avx.Store(target + 2 * to, Avx.Permute2x128(a2, a6, 0x31));
        Avx.Store(target + 3 * to, Avx.Permute2x128(a3, a7, 0x31));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4(double* source, long from, double* target, long to)
    {
        var (a0, a1, a2, a3) = (Avx.LoadVector256(source), Avx.LoadVector256(source + from), Avx.LoadVector256(source + 2 * from), Avx.LoadVector256(source + 3 * from));
        var (b0, b1, b2, b3) = (Avx.UnpackLow(a0, a1), Avx.UnpackHigh(a0, a1), Avx.UnpackLow(a2, a3), Avx.UnpackHigh(a2, a3));
        Avx.Store(target, Avx.Permute2x128(b0, b2, 0x20));
        Avx.Store(target + to, Avx.Permute2x128(b1, b3, 0x20));
        Avx.Store(target + 2 * to, Avx.Permute2x128(b0, b2, 0x31));
        Avx.Store(target + 3 * to, Avx.Permute2x128(b1, b3, 0x31));
    }

    private readonly record struct Axis(long Size, long Source, long Target);

    private sealed record Tail(long Size, long Source, long Target);

    private readonly struct Job<T>(StridedCopy copy, byte* source, byte* target) : IRangeJob where T : unmanaged
    {
        private readonly byte* _source = source, _target = target;

        public void Execute(long start, long end, int worker) => copy.Copy((T*)_source, (T*)_target, start, end);
    }
}
