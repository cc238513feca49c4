using CudaNet.Cuda.Driver;
using CudaNet.VirtualGpu;
using KernelArgument = CudaNet.VirtualGpu.KernelArgument;

namespace CudaNet.Tests;

/// <summary>Pooling of every type against loops in f64.</summary>
public sealed class PoolTests
{
    private static readonly (string Name, ConvProblem Problem)[] Cases =
    [
        ("2×2", Flat((6, 2, 2, 0, 1), (10, 2, 2, 0, 1))),
        ("odd sizes", Flat((7, 2, 2, 0, 1), (5, 2, 2, 0, 1))),
        ("overlapping, padded", Flat((9, 3, 2, 1, 1), (8, 3, 1, 1, 1))),
        ("gaps", Flat((11, 2, 3, 0, 1), (10, 1, 4, 0, 1))),
        ("dilation", Flat((11, 3, 1, 1, 2), (13, 2, 2, 1, 3))),
        ("whole image", Flat((5, 5, 1, 0, 1), (4, 4, 1, 0, 1))),
        ("one pixel", Flat((1, 1, 1, 0, 1), (1, 1, 1, 0, 1))),
        ("windows in the border", Flat((3, 2, 1, 3, 1), (4, 2, 2, 2, 1))),
        ("one axis", new(3, 1, 2, 2, ConvAxisShape.None, ConvAxisShape.None, ConvCases.Axis(29, 5, 2, 2, 1))),
        ("three axes", new(1, 1, 3, 3, ConvCases.Axis(4, 2, 2, 0, 1), ConvCases.Axis(5, 3, 1, 1, 1), ConvCases.Axis(6, 2, 2, 1, 1))),
        // Ceil mode: the last window reaches beyond the padding.
        ("ceil mode", new(2, 1, 2, 2, ConvAxisShape.None, new(7, 4, 3, 2, 1, 1), new(8, 4, 3, 2, 0, 1))),
    ];

    [Test]
    public void Maximum_and_its_gradient_match_plain_loops([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values] bool ties)
    {
        foreach (var (name, p) in Cases)
        {
            using var bench = new KernelBench();
            int images = p.Images * p.Channels, places = images * p.OutputPlane, elements = images * p.InputPlane;
            double[] x = KernelBench.Random(type, elements, 1), dy = KernelBench.Random(type, places, 2);
            if (ties) x = Array.ConvertAll(x, value => Math.Floor(value * 2));
            if (ties && elements > 40) (x[3], x[17], x[18], x[40]) = (double.NaN, double.NegativeInfinity, double.NaN, double.PositiveInfinity);
            var (best, first, gradient) = Maximum(p, x, dy);

            var (y, at) = (bench.Output(type, places), bench.Output("f32", places));
            Launch(bench, "max_pool", type, p, false, bench.Upload(type, x), y, at);
            Assert.That(bench.Download(type, y, places), Is.EqualTo(best), $"{type} {name}");
            Assert.That(bench.Device.Download<int>(at, places), Is.EqualTo(first), $"{type} {name}");

            var dx = bench.Output(type, elements);
            Launch(bench, "max_pool_backward", type, p, true, bench.Upload(type, dy), dx, at);
            Close(bench, type, dx, gradient, p, name);
        }
    }

    [Test]
    public void Mean_and_its_gradient_match_plain_loops([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values(-1, 0, 1)] int counted)
    {
        foreach (var (name, p) in Cases)
        {
            // Means have no dilation, and a window in the border alone has none.
            if (name is "dilation" or "windows in the border") continue;
            using var bench = new KernelBench();
            int images = p.Images * p.Channels, places = images * p.OutputPlane, elements = images * p.InputPlane;
            double[] x = KernelBench.Random(type, elements, 1), dy = KernelBench.Random(type, places, 2), mean = new double[places], gradient = new double[elements];
            for (int place = 0; place < places; place++)
            {
                double count = Count(p, place, counted);
                foreach (int i in Window(p, place))
                {
                    mean[place] += x[i] / count;
                    gradient[i] += dy[place] / count;
                }
            }

            var (y, dx) = (bench.Output(type, places), bench.Output(type, elements));
            Launch(bench, "avg_pool", type, p, false, bench.Upload(type, x), y, default, counted);
            Close(bench, type, y, mean, p, name);
            Launch(bench, "avg_pool_backward", type, p, true, bench.Upload(type, dy), dx, default, counted);
            Close(bench, type, dx, gradient, p, name);
        }
    }

    [Test]
    public void Each_element_is_written_once_in_whole_sectors([Values("max_pool", "max_pool_backward", "avg_pool", "avg_pool_backward")] string entry)
    {
        using var bench = new KernelBench();
        var counters = bench.Run(PoolKernels.Family.Samples.Single(sample => sample.Launch.Entry == entry)).Counters;
        var stores = counters.Profile().Where(line => line.Instruction.Contains("st.global", StringComparison.Ordinal)).ToArray();
        Assert.That(stores.Sum(line => line.IdealSectors), Is.EqualTo(stores.Sum(line => line.Sectors)).And.Positive);
        Assert.That(counters.SharedWavefronts, Is.Zero);
    }

    private static void Launch(KernelBench bench, string entry, string type, ConvProblem p, bool backward, DevicePointer source, DevicePointer result, DevicePointer first, int counted = -1)
    {
        var arguments = PoolKernels.Arguments(p, (counted < 0 ? -1 : 0, counted, counted), backward) with { Source = Of(source), Result = Of(result), First = Of(first) };
        var launch = PoolKernels.Launch(entry, type, arguments);
        bench.Run(launch.Spec, entry, (int)launch.Grid.X, (int)launch.Block.X, KernelArgument.Structure(arguments));
    }

    /// <summary>Sums of so many terms of at most 1 lose as many units of f32, and results are rounded to their type.</summary>
    private static void Close(KernelBench bench, string type, DevicePointer result, double[] expected, ConvProblem p, string name) =>
        KernelBench.Close(bench.Download(type, result, expected.Length), expected, i => ((p.Taps + 4) * Math.Pow(2, -24)) + (Math.Abs(expected[i]) * KernelBench.Unit(type)), $"{type} {name}");

    private static (double[] Best, int[] First, double[] Gradient) Maximum(ConvProblem p, double[] x, double[] dy)
    {
        var (best, first, gradient) = (new double[dy.Length], new int[dy.Length], new double[x.Length]);
        for (int place = 0; place < dy.Length; place++)
        {
            (best[place], first[place]) = (double.NegativeInfinity, -1);
            int image = place / p.OutputPlane * p.InputPlane;
            foreach (int i in Window(p, place))
            {
                if (first[place] >= 0 && (double.IsNaN(best[place]) || !(x[i] > best[place] || double.IsNaN(x[i])))) continue;
                (best[place], first[place]) = (x[i], i - image);
            }

            if (first[place] >= 0) gradient[image + first[place]] += dy[place];
        }

        return (best, first, gradient);
    }

    /// <summary>The input's elements in a window, in order.</summary>
    private static IEnumerable<int> Window(ConvProblem p, int place)
    {
        int w = place % p.W.Output, h = place / p.W.Output % p.H.Output, d = place / p.W.Output / p.H.Output % p.D.Output, image = place / p.OutputPlane;
        foreach (int id in Along(p.D, d))
            foreach (int ih in Along(p.H, h))
                foreach (int iw in Along(p.W, w)) yield return (((((image * p.D.Input) + id) * p.H.Input) + ih) * p.W.Input) + iw;
    }

    private static IEnumerable<int> Along(ConvAxisShape a, int place) =>
        Enumerable.Range(0, a.Kernel).Select(k => (place * a.Stride) + (k * a.Dilation) - a.Low).Where(at => at >= 0 && at < a.Input);

    private static int Count(ConvProblem p, int place, int counted)
    {
        int w = place % p.W.Output, h = place / p.W.Output % p.H.Output, d = place / p.W.Output / p.H.Output % p.D.Output;
        int Of(ConvAxisShape a, int at, int border) => border < 0 ? Along(a, at).Count() : Enumerable.Range(0, a.Kernel).Count(k => (at * a.Stride) + k - a.Low < a.Input + border);
        return Of(p.D, d, counted < 0 ? -1 : 0) * Of(p.H, h, counted) * Of(p.W, w, counted);
    }

    private static ConvProblem Flat((int, int, int, int, int) h, (int, int, int, int, int) w) => ConvCases.Flat(2, 1, 3, 3, h, w);

    private static CudaDevicePointer Of(DevicePointer pointer) => new((nint)pointer.Address);
}
