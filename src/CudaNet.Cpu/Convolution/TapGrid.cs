using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Convolution;

/// <summary>A part of the source with its borders filled in, laid out so that every tap reads it at one fixed offset:
/// [channel, phase, example, D, H, W]. Results then are sums over contiguous memory: nothing is gathered a window at a time.</summary>
/// <remarks>Cells are numbered through examples, depth, height and width alike for results and source. Results at cells behind
/// the end of a row, where a window would wrap into the next row, mean nothing and are dropped.</remarks>
internal sealed unsafe class TapGrid
{
    private readonly TapAxis _d;
    private readonly TapAxis _h;
    private readonly TapAxis _w;
    private readonly long _sourceSize;

    /// <param name="axes">Depth, height, width.</param>
    /// <param name="channels">Channels of the source that are summed.</param>
    /// <param name="examples">Number of examples.</param>
    /// <param name="cellBytes">Bytes that a cell of the source takes.</param>
    /// <param name="resultBytes">Bytes that the results of a cell take.</param>
    /// <param name="units">Independent sets of examples, as groups are.</param>
    /// <param name="joins">Whether several small examples may be worked on at once.</param>
    public TapGrid(TapAxis[] axes, long channels, long examples, long cellBytes, long resultBytes, long units, bool joins)
    {
        (_d, _h, _w) = (axes[0], axes[1], axes[2]);
        _sourceSize = _d.Size * _h.Size * _w.Size;
        Channels = channels;
        SourcePhases = _d.SourcePhases * _h.SourcePhases * _w.SourcePhases;
        // Source and results together fill half of the second-level cache; several parts a thread even out the load.
        var row = (_w.Places + _w.Reach) * Math.Max(1, channels * SourcePhases * cellBytes + resultBytes);
        var fit = Math.Max(1, Threading.CacheInfo.L2 / 2 / row);
        var wanted = 4L * Threading.WorkerPool.Threads;
        (BandD, BandH, Examples) = (_d.Places, _h.Places, 1);
        var splits = examples * units >= wanted ? 1 : (wanted + examples * units - 1) / (examples * units);
        if (_d.Places > 1) BandD = Band(_d, fit / (_h.Places + _h.Reach), splits);
        else BandH = Band(_h, fit, splits);
        if (BandD == _d.Places && BandH == _h.Places && joins)
            Examples = Math.Clamp(fit / Math.Max(1, (_d.Places + _d.Reach) * (_h.Places + _h.Reach)), 1, Math.Max(1, examples * units / wanted));
        // The border behind a row is that before the next one, and so for whole images.
        W = _w.Places + _w.Reach - _w.SharedBorder;
        var isWhole = BandH == _h.Places && _d.Places + _d.Reach == 1;
        (D, H) = (BandD + _d.Reach, BandH + _h.Reach - (isWhole ? _h.SharedBorder : 0));
        Border = _w.SharedBorder + (isWhole ? _h.SharedBorder * W : 0);
        Bands = ((_d.Places + BandD - 1) / Math.Max(1, BandD)) * ((_h.Places + BandH - 1) / Math.Max(1, BandH));
        Cells = (((Examples - 1) * D + BandD - 1) * H + BandH - 1) * W + _w.Places;
    }

    public long Channels { get; }

    /// <summary>Phases that the source is cut into.</summary>
    public long SourcePhases { get; }

    /// <summary>Examples that are worked on at once.</summary>
    public long Examples { get; }

    /// <summary>Results along depth and height that are worked on at once; one of the two is whole.</summary>
    public long BandD { get; }

    /// <inheritdoc cref="BandD"/>
    public long BandH { get; }

    /// <summary>Bands of an example.</summary>
    public long Bands { get; }

    /// <summary>Sizes of the grid.</summary>
    public long D { get; }

    /// <inheritdoc cref="D"/>
    public long H { get; }

    /// <inheritdoc cref="D"/>
    public long W { get; }

    /// <summary>From the first result's cell to one past the last one's.</summary>
    public long Cells { get; }

    /// <summary>Cells of a channel's phase.</summary>
    public long Plane => Examples * D * H * W;

    /// <summary>Zeros behind the last plane, which has no next one to share its border.</summary>
    public long Border { get; }

    /// <summary>Elements of the source; more must be readable behind, by what the last results reach over.</summary>
    public long Length => Border + Channels * SourcePhases * Plane;

    /// <summary>Offset of each summed row [channel, tap] of a phase of the result.</summary>
    public long[] Offsets(long phaseD, long phaseH, long phaseW)
    {
        var (d, h, w) = (_d.Taps[phaseD], _h.Taps[phaseH], _w.Taps[phaseW]);
        var offsets = new List<long>();
        for (long c = 0; c < Channels; c++)
            foreach (var kd in d)
                foreach (var kh in h)
                    foreach (var kw in w)
                    {
                        var phase = (kd.Phase * _h.SourcePhases + kh.Phase) * _w.SourcePhases + kw.Phase;
                        offsets.Add((c * SourcePhases + phase) * Plane + (kd.Shift * H + kh.Shift) * W + kw.Shift);
                    }
        return [.. offsets];
    }

    /// <summary>First results of a band.</summary>
    public (long D, long H) BandStart(long band) => BandD < _d.Places ? (band * BandD, 0) : (0, band * BandH);

    /// <summary>Fills the grid for one band.</summary>
    /// <param name="source">First channel of the first example.</param>
    /// <param name="exampleStride">Elements from an example to the next.</param>
    /// <param name="examples">Examples that there are.</param>
    /// <param name="band">The band.</param>
    /// <param name="grid"><see cref="Length"/> elements.</param>
    [MethodImpl(Jit.Hot)]
    public void Fill<T>(T* source, long exampleStride, long examples, long band, T* grid)
        where T : unmanaged
    {
        var (startD, startH) = BandStart(band);
        Clear(grid + Length - Border, 0, Border);
        for (long c = 0; c < Channels; c++)
            for (long fd = 0; fd < _d.SourcePhases; fd++)
                for (long fh = 0; fh < _h.SourcePhases; fh++)
                    for (long fw = 0; fw < _w.SourcePhases; fw++)
                        for (long n = 0; n < Examples; n++)
                        {
                            var plane = source + n * exampleStride + c * _sourceSize;
                            for (long d = 0; d < D; d++)
                            {
                                var atD = n < examples ? (startD + d) * _d.Split + fd + _d.Origin : -1;
                                for (long h = 0; h < H; h++, grid += W)
                                {
                                    var atH = (startH + h) * _h.Split + fh + _h.Origin;
                                    if ((ulong)atD >= (ulong)_d.Size || (ulong)atH >= (ulong)_h.Size) Clear(grid, 0, W);
                                    else Row(plane + (atD * _h.Size + atH) * _w.Size, fw + _w.Origin, grid);
                                }
                            }
                        }
    }

    /// <summary>Fills one row from the positions origin, origin + split, …</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Row<T>(T* source, long origin, T* row)
        where T : unmanaged
    {
        var split = _w.Split;
        nint first = (nint)Math.Min(W, origin >= 0 ? 0 : (-origin + split - 1) / split);
        nint last = (nint)Math.Clamp(origin >= _w.Size ? 0 : (_w.Size - 1 - origin) / split + 1, first, W);
        source += origin;
        Clear(row, 0, first);
        if (split == 1) Copy(source + first, row + first, last - first);
        else
            for (var i = first; i < last; i++) row[i] = source[i * split];
        Clear(row, last, (nint)W);
    }

    /// <summary>Copies a short row: a call of the general copy would cost more than the copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<T>(T* source, T* target, nint count)
        where T : unmanaged
    {
        nint i = 0;
        for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count) Vector512.Store(Vector512.Load(source + i), target + i);
        if (i <= count - Vector256<T>.Count)
        {
            Vector256.Store(Vector256.Load(source + i), target + i);
            i += Vector256<T>.Count;
        }
        for (; i < count; i++) target[i] = source[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear<T>(T* row, nint from, long to)
        where T : unmanaged
    {
        for (var i = from; i < to; i++) row[i] = default;
    }

    private static long Band(TapAxis axis, long fit, long splits)
    {
        // Fewer results than the reach would fill more border than results.
        var least = Math.Min(axis.Places, Math.Max(1, 2 * axis.Reach));
        var parts = Math.Max(splits, (axis.Places + axis.Reach) / Math.Max(1, Math.Max(fit, least + axis.Reach) - axis.Reach));
        return Math.Clamp((axis.Places + parts - 1) / Math.Max(1, parts), Math.Min(least, axis.Places), Math.Max(1, axis.Places));
    }
}
