using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Convolution;

/// <summary>The gradient by the weights: scalar products of upstream with shifted rows of a <see cref="TapGrid"/>.</summary>
/// <remarks>Each thread's part of the batch has a sum of its own, and these are added in their order: the same result in every
/// run with as many threads.</remarks>
internal sealed unsafe class ConvWeightGradKernel<T> : IStepKernel
    where T : unmanaged, INumberBase<T>
{
    // Cells that are summed at once: four rows of upstream stay in the first-level cache while the taps pass by.
    private static readonly long ChunkCells = CacheInfo.L1 / 2 / 4 / sizeof(T) / 64 * 64;

    private readonly ConvShape _shape;
    private readonly TapGrid? _grid;
    private readonly long[] _offsets = [];
    private readonly T[] _mask = [];

    public ConvWeightGradKernel(Step step, ConvWeightGrad op)
    {
        _shape = new(op.Geometry, step.Inputs[0].Shape, step.Outputs[0].Shape, step.Inputs[1].Shape);
        if (IsEmpty) return;
        _grid = new(TapAxis.Of(_shape, backward: false), _shape.GroupC, _shape.N, sizeof(T), _shape.GroupO * sizeof(T), _shape.G, joins: true);
        _offsets = _grid.Offsets(0, 0, 0);
        // Cells behind the end of a row hold no results: their source must not count, not even as NaN · 0.
        _mask = new T[(_grid.Cells + 63) / 64 * 64];
        fixed (T* mask = _mask)
            for (long cell = 0; cell < _grid.Cells; cell++)
                if (IsResult(cell)) Unsafe.InitBlockUnaligned(mask + cell, 0xFF, (uint)sizeof(T));
    }

    private bool IsEmpty => _shape.O * _shape.Rows * _shape.N * _shape.OutputSize == 0;

    private bool IsResult(long cell) => cell % _grid!.W < _shape.Output.W && cell / _grid.W % _grid.H < _grid.BandH && cell / _grid.W / _grid.H % _grid.D < _grid.BandD;

    public void Run(ReadOnlySpan<nint> operands)
    {
        var s = _shape;
        var result = (T*)operands[^1];
        var size = s.O * s.Rows;
        SimdLoop.Fill(result, T.Zero, (nint)size);
        if (_grid is null) return;
        var units = (s.N + _grid.Examples - 1) / _grid.Examples * _grid.Bands;
        var grain = Math.Max(1, 262144 / Math.Max(1, size * _grid.Cells));
        var parts = WorkerPool.PartCount(units, grain);
        using var partials = Scratch.Rent((parts - 1) * size * sizeof(T));
        SimdLoop.Fill((T*)partials.Pointer, T.Zero, (nint)((parts - 1) * size));
        WorkerPool.ParallelFor(units, grain, new Job(this, (T*)operands[0], (T*)operands[1], result, (T*)partials.Pointer));
        for (var part = 1; part < parts; part++)
            SimdLoop.Binary<T, AddOperator<T>>(result, (T*)partials.Pointer + (part - 1) * size, result, (nint)size);
    }

    private readonly struct Job(ConvWeightGradKernel<T> kernel, T* x, T* y, T* result, T* partials) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            var (s, grid) = (kernel._shape, kernel._grid!);
            var sums = worker == 0 ? result : partials + (worker - 1) * s.O * s.Rows;
            var (room, stride) = ((grid.Length + 127) / 64 * 64, (long)kernel._mask.Length);
            using var scratch = Scratch.Rent((room + s.GroupO * stride) * sizeof(T));
            T* cells = (T*)scratch.Pointer, upstream = cells + room;
            SimdLoop.Fill(cells + grid.Length, T.Zero, (nint)(room - grid.Length));
            for (var unit = start; unit < end; unit++)
                for (long g = 0; g < s.G; g++)
                {
                    var (first, band) = (unit / grid.Bands * grid.Examples, unit % grid.Bands);
                    var examples = Math.Min(grid.Examples, s.N - first);
                    grid.Fill(x + (first * s.G + g) * s.GroupC * s.InputSize, s.C * s.InputSize, examples, band, cells);
                    kernel.Spread(y + (first * s.G + g) * s.GroupO * s.OutputSize, examples, band, upstream);
                    var target = sums + g * s.GroupO * s.Rows;
                    if (Vector512.IsHardwareAccelerated) kernel.Dots<Simd512<T>>(cells, upstream, target);
                    else if (Vector256.IsHardwareAccelerated) kernel.Dots<Simd256<T>>(cells, upstream, target);
                    else kernel.Dots<Simd128<T>>(cells, upstream, target);
                }
        }
    }

    /// <summary>Lays upstream out as the grid is, with zeros between.</summary>
    [MethodImpl(Jit.Hot)]
    private void Spread(T* y, long examples, long band, T* rows)
    {
        var (s, grid, stride) = (_shape, _grid!, _mask.Length);
        var (startD, startH) = grid.BandStart(band);
        SimdLoop.Fill(rows, T.Zero, (nint)(s.GroupO * stride));
        long endD = Math.Min(startD + grid.BandD, s.Output.D), endH = Math.Min(startH + grid.BandH, s.Output.H);
        for (long n = 0; n < examples; n++)
            for (long o = 0; o < s.GroupO; o++)
                for (var d = startD; d < endD; d++)
                    for (var h = startH; h < endH; h++)
                        TapGrid.Copy(y + ((n * s.O + o) * s.Output.D + d) * s.Output.H * s.Output.W + h * s.Output.W,
                            rows + o * stride + ((n * grid.D + d - startD) * grid.H + h - startH) * grid.W, (nint)s.Output.W);
    }

    [MethodImpl(Jit.Hot)]
    private void Dots<V>(T* cells, T* upstream, T* sums)
        where V : unmanaged, ISimd<V, T>
    {
        nint length = _mask.Length, taps = _offsets.Length, outputs = (nint)_shape.GroupO;
        var rows = stackalloc T*[6];
        var tile = stackalloc T[24];
        fixed (long* offsets = _offsets)
        fixed (T* mask = _mask)
            for (nint from = 0; from < length; from += (nint)ChunkCells)
            {
                var count = Math.Min((nint)ChunkCells, length - from);
                for (nint o = 0; o < outputs; o += 4)
                {
                    nint last = outputs - 1;
                    T* y0 = upstream + o * length + from, y1 = upstream + Math.Min(o + 1, last) * length + from;
                    T* y2 = upstream + Math.Min(o + 2, last) * length + from, y3 = upstream + Math.Min(o + 3, last) * length + from;
                    for (nint r = 0; r < taps;)
                    {
                        // Six taps at a time need 32 vector registers.
                        nint step = V.Count * sizeof(T) == 64 && taps - r > 2 ? 6 : 2;
                        for (nint i = 0; i < step; i++) rows[i] = cells + offsets[Math.Min(r + i, taps - 1)] + from;
                        if (step == 6) TapDots<V, T>.Tile4x6(count, y0, y1, y2, y3, rows, mask + from, tile);
                        else TapDots<V, T>.Tile4x2(count, y0, y1, y2, y3, rows, mask + from, tile);
                        for (nint i = 0; i < Math.Min(4, outputs - o); i++)
                            for (nint k = 0; k < Math.Min(step, taps - r); k++) sums[(o + i) * taps + r + k] += tile[i * step + k];
                        r += step;
                    }
                }
            }
    }
}
