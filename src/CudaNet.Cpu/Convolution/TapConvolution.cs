using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Convolution;

/// <summary>A convolution, or its gradient by the input, as products of packed weights with shifted rows of a
/// <see cref="TapGrid"/>, part by part of the examples.</summary>
/// <remarks>The gradient by the input is a convolution of upstream: with a stride, each of the interleaved phases of the result
/// is one, with those weights that meet it. Borders count as zeros: ∞ or NaN in the weights reach results at the borders.</remarks>
internal sealed unsafe class TapConvolution<T>
    where T : unmanaged, INumberBase<T>
{
    // Longer sums are cut: the weights of a tile should stay in the caches.
    private const long LongestDepth = 768;

    private readonly ConvShape _shape;
    private readonly TapAxis[] _axes;
    private readonly TapGrid _grid;
    private readonly Phase[] _phases;
    private readonly PlaneEpilogue? _epilogue;
    private readonly long _results;
    private readonly long _resultStride;
    private readonly long _panelRows;
    private readonly long _packedGroup;

    public TapConvolution(ConvShape shape, bool backward, PlaneEpilogue? epilogue)
    {
        _shape = shape;
        _epilogue = epilogue;
        _axes = TapAxis.Of(shape, backward);
        _results = backward ? shape.GroupC : shape.GroupO;
        var (widest, columns) = Tile(_results);
        _panelRows = _results == 1 ? 1 : widest;
        var panels = (_results + _panelRows - 1) / _panelRows;
        // Joined examples have borders between them, single ones a partly empty last tile: whichever is less.
        var cells = ((_axes[0].Places - 1) * (_axes[1].Places + _axes[1].Reach) + _axes[1].Places - 1) * (_axes[2].Places + _axes[2].Reach) + _axes[2].Places;
        var joins = (cells + columns - 1) / columns * columns > (_axes[0].Places + _axes[0].Reach) * (_axes[1].Places + _axes[1].Reach) * (_axes[2].Places + _axes[2].Reach);
        _grid = new(_axes, backward ? shape.GroupO : shape.GroupC, shape.N, sizeof(T), panels * _panelRows * sizeof(T), shape.G, joins);
        _resultStride = (_grid.Cells + columns - 1) / columns * columns;
        var phases = new List<Phase>();
        for (long d = 0; d < _axes[0].Phases; d++)
            for (long h = 0; h < _axes[1].Phases; h++)
                for (long w = 0; w < _axes[2].Phases; w++)
                {
                    var offsets = _grid.Offsets(d, h, w);
                    var weights = new long[offsets.Length];
                    var at = 0;
                    for (long c = 0; c < _grid.Channels; c++)
                        foreach (var kd in _axes[0].Taps[d])
                            foreach (var kh in _axes[1].Taps[h])
                                foreach (var kw in _axes[2].Taps[w])
                                    weights[at++] = c * (backward ? shape.Rows : shape.KernelSize) + (kd.Element * shape.Kernel.H + kh.Element) * shape.Kernel.W + kw.Element;
                    phases.Add(new(d, h, w, offsets, weights, _packedGroup));
                    _packedGroup += panels * _panelRows * offsets.Length;
                }
        _phases = [.. phases];
        Backward = backward;
    }

    private bool Backward { get; }

    private long Panels => (_results + _panelRows - 1) / _panelRows;

    /// <summary>Elements between the weights of neighbouring results.</summary>
    private long WeightStride => Backward ? _shape.KernelSize : _shape.Rows;

    /// <summary>Runs it.</summary>
    /// <param name="source">Input, or upstream.</param>
    /// <param name="weights">Weights [O, C / groups, kernel].</param>
    /// <param name="result">Output, or the gradient by the input.</param>
    /// <param name="extras">Further operands of the epilogue.</param>
    public void Run(T* source, T* weights, T* result, nint* extras)
    {
        using var packed = Scratch.Rent(_shape.G * _packedGroup * sizeof(T));
        var rows = _shape.G * Panels;
        WorkerPool.ParallelFor(rows, Math.Max(1, 32768 * rows / Math.Max(1, _shape.G * _packedGroup)), new PackJob(this, weights, (T*)packed.Pointer));
        var parts = (_shape.N + _grid.Examples - 1) / _grid.Examples * _grid.Bands * _shape.G;
        var work = _grid.Cells * Math.Max(1, _packedGroup);
        WorkerPool.ParallelChunks(parts, Math.Max(1, 262144 / work), new Job(this, source, (T*)packed.Pointer, result, extras));
    }

    private static (int Rows, int Columns) Tile(long rows)
    {
        if (Vector512.IsHardwareAccelerated) return (TapKernels<Simd512<T>, T>.Rows, TapKernels<Simd512<T>, T>.Columns(rows));
        if (Vector256.IsHardwareAccelerated) return (TapKernels<Simd256<T>, T>.Rows, TapKernels<Simd256<T>, T>.Columns(rows));
        return (TapKernels<Simd128<T>, T>.Rows, TapKernels<Simd128<T>, T>.Columns(rows));
    }

    /// <summary>Weights of one panel of results, in the order in which they are summed.</summary>
    private readonly struct PackJob(TapConvolution<T> kernel, T* weights, T* packed) : IRangeJob
    {
        [MethodImpl(Jit.Hot)]
        public void Execute(long start, long end, int worker)
        {
            var (rows, s) = (kernel._panelRows, kernel._shape);
            for (var item = start; item < end; item++)
            {
                var (group, panel) = (item / kernel.Panels, item % kernel.Panels);
                var first = weights + group * s.GroupO * s.Rows + panel * rows * kernel.WeightStride;
                var count = Math.Min(rows, kernel._results - panel * rows);
                foreach (var phase in kernel._phases)
                {
                    var target = packed + group * kernel._packedGroup + phase.Packed + panel * rows * phase.Weights.Length;
                    foreach (var weight in phase.Weights)
                    {
                        var from = first + weight;
                        for (long i = 0; i < count; i++, from += kernel.WeightStride) target[i] = *from;
                        for (var i = count; i < rows; i++) target[i] = default;
                        target += rows;
                    }
                }
            }
        }
    }

    private readonly struct Job(TapConvolution<T> kernel, T* source, T* packed, T* result, nint* extras) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            var (s, grid) = (kernel._shape, kernel._grid);
            var (width, _) = Tile(kernel._results);
            // Behind the source, what the last tile of results reads over.
            var room = grid.Length + kernel._resultStride - grid.Cells + 8 * Vector512<T>.Count;
            room = (room + 15) / 16 * 16;
            using var scratch = Scratch.Rent((room + kernel.Panels * kernel._panelRows * kernel._resultStride) * sizeof(T));
            T* cells = (T*)scratch.Pointer, sums = cells + room;
            long sourceExample = s.G * grid.Channels * Product(kernel._axes, false), resultSize = Product(kernel._axes, true);
            for (var part = start; part < end; part++)
            {
                var (unit, band) = (part / grid.Bands, part % grid.Bands);
                var (first, group) = (unit / s.G * grid.Examples, unit % s.G);
                var examples = Math.Min(grid.Examples, s.N - first);
                grid.Fill(source + first * sourceExample + group * grid.Channels * (sourceExample / s.G / grid.Channels), sourceExample, examples, band, cells);
                var target = result + (first * s.G + group) * kernel._results * resultSize;
                foreach (var phase in kernel._phases)
                {
                    if (Vector512.IsHardwareAccelerated) kernel.Multiply<Simd512<T>>(phase, packed + group * kernel._packedGroup, cells, sums);
                    else if (Vector256.IsHardwareAccelerated) kernel.Multiply<Simd256<T>>(phase, packed + group * kernel._packedGroup, cells, sums);
                    else kernel.Multiply<Simd128<T>>(phase, packed + group * kernel._packedGroup, cells, sums);
                    kernel.Write(phase, sums, target, examples, band);
                }
                if (kernel._epilogue is null) continue;
                var (place, count) = kernel.Range(band);
                for (long n = 0; n < examples; n++)
                {
                    var plane = ((first + n) * s.G + group) * kernel._results;
                    kernel._epilogue.Apply(extras, plane, (int)kernel._results, place, (int)count, result + plane * resultSize + place, resultSize);
                }
            }
        }

        private static long Product(TapAxis[] axes, bool result) => result
            ? axes[0].ResultSize * axes[1].ResultSize * axes[2].ResultSize
            : axes[0].Size * axes[1].Size * axes[2].Size;
    }

    /// <summary>Result places of a band: bands lie along the outermost axis, so they are in one piece.</summary>
    private (long First, long Count) Range(long band)
    {
        var (d, h) = _grid.BandStart(band);
        var (axisD, axisH, axisW) = (_axes[0], _axes[1], _axes[2]);
        if (_grid.BandD < axisD.Places || _grid.BandH == axisH.Places)
        {
            long from = d * axisD.Phases, to = Math.Min((d + _grid.BandD) * axisD.Phases, axisD.ResultSize), plane = axisH.ResultSize * axisW.ResultSize;
            return (from * plane, (to - from) * plane);
        }
        long first = h * axisH.Phases, last = Math.Min((h + _grid.BandH) * axisH.Phases, axisH.ResultSize);
        return (first * axisW.ResultSize, (last - first) * axisW.ResultSize);
    }

    [MethodImpl(Jit.Hot)]
    private void Multiply<V>(Phase phase, T* packed, T* cells, T* sums)
        where V : unmanaged, ISimd<V, T>
    {
        nint length = phase.Offsets.Length, columns = TapKernels<V, T>.Columns(_results);
        nint cuts = Math.Max(1, (nint)((length + LongestDepth - 1) / LongestDepth));
        fixed (long* offsets = phase.Offsets)
            for (nint cut = 0; cut < cuts; cut++)
            {
                nint from = length * cut / cuts, to = length * (cut + 1) / cuts;
                for (nint column = 0; column < _grid.Cells; column += columns)
                    for (nint row = 0; row < _results; row += (nint)_panelRows)
                        TapKernels<V, T>.Multiply(_results - row, to - from, packed + phase.Packed + row * length + from * (nint)_panelRows, (nint)_panelRows,
                            cells + column, offsets + from, sums + row * (nint)_resultStride + column, (nint)_resultStride, cut > 0);
            }
    }

    /// <summary>Copies the sums that mean something to the result.</summary>
    [MethodImpl(Jit.Hot)]
    private void Write(Phase phase, T* sums, T* result, long examples, long band)
    {
        var (startD, startH) = _grid.BandStart(band);
        var (axisD, axisH, axisW) = (_axes[0], _axes[1], _axes[2]);
        nint stride = (nint)axisW.Phases, count = (nint)((axisW.ResultSize - phase.W + stride - 1) / stride);
        for (long n = 0; n < examples; n++, result += _shape.G * _results * axisD.ResultSize * axisH.ResultSize * axisW.ResultSize)
            for (long o = 0; o < _results; o++)
                for (long d = 0; d < _grid.BandD; d++)
                {
                    var atD = (startD + d) * axisD.Phases + phase.D;
                    if (atD >= axisD.ResultSize) break;
                    var from = sums + o * _resultStride + (n * _grid.D + d) * _grid.H * _grid.W;
                    var plane = result + (o * axisD.ResultSize + atD) * axisH.ResultSize * axisW.ResultSize + phase.W;
                    for (long h = 0; h < _grid.BandH; h++, from += _grid.W)
                    {
                        var atH = (startH + h) * axisH.Phases + phase.H;
                        if (atH >= axisH.ResultSize) break;
                        var to = plane + atH * axisW.ResultSize;
                        if (stride == 1) TapGrid.Copy(from, to, count);
                        else
                            for (nint i = 0; i < count; i++) to[i * stride] = from[i];
                    }
                }
    }

    /// <summary>One of the interleaved parts of the result.</summary>
    /// <param name="D">Its first place along depth.</param>
    /// <param name="H">Its first place along height.</param>
    /// <param name="W">Its first place along width.</param>
    /// <param name="Offsets">Where in the grid each summed row begins.</param>
    /// <param name="Weights">Which weight belongs to each summed row, for the first result.</param>
    /// <param name="Packed">Where its packed weights begin.</param>
    private sealed record Phase(long D, long H, long W, long[] Offsets, long[] Weights, long Packed);
}
