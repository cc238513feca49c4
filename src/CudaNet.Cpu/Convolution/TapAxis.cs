using CudaNet.Ops;

namespace CudaNet.Cpu.Convolution;

/// <summary>One spatial axis of a convolution as sums over shifted cells: result[j] = Σ over taps of cell[j + shift].</summary>
/// <param name="Places">Results along the axis, of one phase.</param>
/// <param name="Size">Elements of the source.</param>
/// <param name="Split">Source positions from a cell to the next: those between are cells of other phases, so that neighbouring results read neighbours.</param>
/// <param name="SourcePhases">Phases of the source that are read.</param>
/// <param name="Origin">Source position of cell 0 of phase 0 for result 0.</param>
/// <param name="Reach">Largest shift.</param>
/// <param name="Phases">The results are interleaved from so many phases, each with taps of its own.</param>
/// <param name="ResultSize">Elements of the result.</param>
internal sealed record TapAxis(long Places, long Size, long Split, long SourcePhases, long Origin, long Reach, long Phases, long ResultSize)
{
    /// <summary>Taps of each phase: element of the window, phase of the source, shift in cells.</summary>
    public required (long Element, long Phase, long Shift)[][] Taps { get; init; }

    /// <summary>Border cells behind the source that can be those before what follows it in memory.</summary>
    public long SharedBorder
    {
        get
        {
            var shared = Reach;
            for (long phase = 0; phase < SourcePhases; phase++)
            {
                var before = Math.Max(0, -(phase + Origin) + Split - 1) / Split;
                var last = Size - 1 - phase - Origin;
                var behind = Places + Reach - (last < 0 ? 0 : last / Split + 1);
                shared = Math.Max(0, Math.Min(shared, Math.Min(before, behind)));
            }
            return shared;
        }
    }

    /// <summary>y[p] reads x[p·stride + k·dilation − low]: cells of the same rest by the stride are neighbours.</summary>
    public static TapAxis Forward(long x, long y, long kernel, long stride, long low, long dilation)
    {
        var taps = new (long, long, long)[kernel];
        for (long k = 0; k < kernel; k++) taps[k] = (k, k * dilation % stride, k * dilation / stride);
        return new(y, x, stride, taps.Max(tap => tap.Item2) + 1, -low, (kernel - 1) * dilation / stride, 1, y) { Taps = [taps] };
    }

    /// <summary>x[i] reads y[p] where p·stride + k·dilation − low = i: results of the same rest by the stride share their taps.</summary>
    public static TapAxis Backward(long x, long y, long kernel, long stride, long low, long dilation)
    {
        var taps = new (long Element, long, long Shift)[stride][];
        long least = long.MaxValue, most = long.MinValue;
        for (long phase = 0; phase < stride; phase++)
        {
            var own = new List<(long, long, long)>();
            for (long k = 0; k < kernel; k++)
            {
                var distance = phase + low - k * dilation;
                if (distance % stride != 0) continue;
                own.Add((k, 0, distance / stride));
                (least, most) = (Math.Min(least, distance / stride), Math.Max(most, distance / stride));
            }
            taps[phase] = [.. own];
        }
        foreach (var own in taps)
            for (var t = 0; t < own.Length; t++) own[t].Shift -= least;
        return new((x + stride - 1) / stride, y, 1, 1, least, most - least, stride, x) { Taps = taps };
    }

    /// <summary>The three axes of a convolution, forward or by its input.</summary>
    public static TapAxis[] Of(ConvShape s, bool backward)
    {
        var make = backward ? (Func<long, long, long, long, long, long, TapAxis>)Backward : Forward;
        return
        [
            make(s.Input.D, s.Output.D, s.Kernel.D, s.Stride.D, s.Low.D, s.Dilation.D),
            make(s.Input.H, s.Output.H, s.Kernel.H, s.Stride.H, s.Low.H, s.Dilation.H),
            make(s.Input.W, s.Output.W, s.Kernel.W, s.Stride.W, s.Low.W, s.Dilation.W),
        ];
    }
}
