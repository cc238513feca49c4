using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Convolutions that tests go through, and their loops in f64.</summary>
internal static class ConvCases
{
    /// <summary>Every way in which windows move, with sizes that fill no tile.</summary>
    public static IReadOnlyList<(string Name, ConvProblem Problem)> All { get; } =
    [
        ("3×3, padding 1", Flat(2, 1, 5, 7, (9, 3, 1, 1, 1), (11, 3, 1, 1, 1))),
        ("1×1", Flat(3, 1, 19, 67, (5, 1, 1, 0, 1), (7, 1, 1, 0, 1))),
        ("1×1, stride 2", Flat(2, 1, 6, 9, (7, 1, 2, 0, 1), (8, 1, 2, 0, 1))),
        ("one pixel", Flat(1, 1, 1, 1, (1, 1, 1, 0, 1), (1, 1, 1, 0, 1))),
        ("one pixel, padded window", Flat(2, 1, 3, 2, (1, 3, 1, 1, 1), (1, 5, 1, 2, 1))),
        ("window as large as the input", Flat(3, 1, 4, 5, (6, 6, 1, 0, 1), (5, 5, 1, 0, 1))),
        ("stride 2, padding 1", Flat(2, 1, 4, 10, (12, 3, 2, 1, 1), (9, 3, 2, 1, 1))),
        ("stride larger than the window", Flat(2, 1, 3, 4, (11, 2, 3, 0, 1), (10, 1, 4, 0, 1))),
        ("dilation", Flat(2, 1, 3, 6, (11, 3, 1, 2, 2), (13, 3, 1, 3, 3))),
        ("stride and dilation with a common factor", Flat(2, 1, 3, 4, (13, 3, 2, 1, 2), (17, 3, 6, 2, 4))),
        ("padding of the whole window", Flat(1, 1, 2, 3, (4, 3, 1, 3, 1), (5, 4, 2, 4, 1))),
        ("groups", Flat(2, 3, 4, 5, (6, 3, 1, 1, 1), (7, 3, 2, 1, 1))),
        ("channels by themselves", Flat(2, 7, 1, 2, (6, 3, 1, 1, 1), (5, 3, 1, 1, 1))),
        ("one axis", new(3, 1, 6, 5, ConvAxisShape.None, ConvAxisShape.None, Axis(29, 5, 2, 2, 1))),
        ("three axes", new(2, 2, 3, 4, Axis(5, 2, 1, 1, 1), Axis(6, 3, 2, 1, 1), Axis(7, 3, 1, 1, 2))),
        ("long window", new(1, 1, 2, 3, ConvAxisShape.None, ConvAxisShape.None, Axis(90, 47, 3, 20, 1))),
        ("several tiles", Flat(2, 1, 12, 130, (8, 3, 1, 1, 1), (9, 3, 1, 1, 1))),
    ];

    /// <summary>Planes of whole 16 bytes, which aligned modes want.</summary>
    public static IReadOnlyList<(string Name, ConvProblem Problem)> Aligned { get; } =
    [
        ("3×3, padding 1", Flat(3, 1, 5, 7, (8, 3, 1, 1, 1), (6, 3, 1, 1, 1))),
        ("stride 2, dilation 2, groups", Flat(2, 2, 3, 70, (8, 3, 2, 1, 1), (17, 3, 2, 1, 2))),
    ];

    /// <summary>One element a window.</summary>
    public static IReadOnlyList<(string Name, ConvProblem Problem)> Pointwise { get; } =
    [
        ("1×1", Flat(3, 1, 19, 67, (4, 1, 1, 0, 1), (6, 1, 1, 0, 1))),
        ("1×1 in groups", Flat(2, 3, 40, 130, (8, 1, 1, 0, 1), (9, 1, 1, 0, 1))),
    ];

    public static ConvAxisShape Axis(int input, int kernel, int stride, int low, int dilation) => new(input, ((input + (2 * low) - ((kernel - 1) * dilation) - 1) / stride) + 1, kernel, stride, low, dilation);

    /// <summary>Two axes, each (input, kernel, stride, low, dilation); channels of a group.</summary>
    public static ConvProblem Flat(int images, int groups, int channels, int rows, (int, int, int, int, int) h, (int, int, int, int, int) w) =>
        new(images, groups, channels, rows, ConvAxisShape.None, Axis(h.Item1, h.Item2, h.Item3, h.Item4, h.Item5), Axis(w.Item1, w.Item2, w.Item3, w.Item4, w.Item5));

    /// <summary>Calls f(input, weight, output) for the index of each pair of elements that the formula multiplies.</summary>
    public static void EachTerm(ConvProblem p, Action<int, int, int> f)
    {
        for (int n = 0; n < p.Images; n++)
            for (int o = 0; o < p.Groups * p.Rows; o++)
                for (int c = 0; c < p.Channels; c++)
                    EachPair(p.D, (d, kd, id) => EachPair(p.H, (h, kh, ih) => EachPair(p.W, (w, kw, iw) => f(
                        (((((n * p.Groups) + (o / p.Rows)) * p.Channels) + c) * p.InputPlane) + (((id * p.H.Input) + ih) * p.W.Input) + iw,
                        (((o * p.Channels) + c) * p.Taps) + (((kd * p.H.Kernel) + kh) * p.W.Kernel) + kw,
                        (((n * p.Groups * p.Rows) + o) * p.OutputPlane) + (((d * p.H.Output) + h) * p.W.Output) + w))));
    }

    /// <summary>Sums of products of two of the three arrays into the third, and of their magnitudes.</summary>
    public static (double[] Sums, double[] Magnitudes) Sum(ConvProblem p, int length, Func<int, int, int, (int Target, double Term)> term)
    {
        var (sums, magnitudes) = (new double[length], new double[length]);
        EachTerm(p, (x, w, y) =>
        {
            var (target, value) = term(x, w, y);
            sums[target] += value;
            magnitudes[target] += Math.Abs(value);
        });
        return (sums, magnitudes);
    }

    private static void EachPair(ConvAxisShape a, Action<int, int, int> f)
    {
        for (int place = 0; place < a.Output; place++)
            for (int tap = 0; tap < a.Kernel; tap++)
            {
                int at = (place * a.Stride) + (tap * a.Dilation) - a.Low;
                if (at >= 0 && at < a.Input) f(place, tap, at);
            }
    }
}
