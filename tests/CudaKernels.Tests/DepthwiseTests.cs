using CudaNet.Cuda.Driver;
using CudaNet.VirtualGpu;
using KernelArgument = CudaNet.VirtualGpu.KernelArgument;

namespace CudaNet.Tests;

/// <summary>Convolutions of each channel by itself against loops in f64.</summary>
public sealed class DepthwiseTests
{
    // More than one tile: planes that no tile of shared memory holds.
    private static readonly (string Name, ConvProblem Problem)[] Cases =
    [
        .. ConvCases.All,
        ("several tiles", ConvCases.Flat(1, 2, 1, 1, (61, 3, 1, 1, 1), (103, 5, 1, 2, 1))),
        ("several tiles, stride 2", ConvCases.Flat(1, 2, 1, 1, (75, 3, 2, 1, 1), (151, 3, 2, 1, 1))),
        ("several tiles of one axis", new(1, 1, 1, 1, ConvAxisShape.None, ConvAxisShape.None, ConvCases.Axis(11003, 7, 1, 3, 2))),
    ];

    [Test]
    public void Convolution_matches_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        int activation = 0;
        foreach (var (name, problem) in Cases)
        {
            // Two results for each channel of the source.
            var p = problem with { Groups = Math.Min(problem.Groups, 3), Channels = 1, Rows = 2 };
            using var bench = new KernelBench();
            var (x, w) = (KernelBench.Random(type, (int)p.Elements.Input, 1), KernelBench.Random(type, (int)p.Elements.Weight, 2));
            double[] bias = KernelBench.Random(type, p.Groups * 2, 3);
            var result = bench.Output(type, p.Elements.Output);
            var arguments = ConvKernels.Forward(p, p.Taps) with { Source = Of(bench.Upload(type, x)), Weight = Of(bench.Upload(type, w)), Bias = Of(bench.Upload(type, bias)), Result = Of(result), Activation = activation };
            Product(bench, type, p, arguments);
            var (sums, magnitudes) = ConvCases.Sum(p, (int)p.Elements.Output, (ix, iw, iy) => (iy, x[ix] * w[iw]));
            int kind = activation++ % 7;
            Close(bench, type, result, [.. sums.Select((sum, i) => GemmTests.Activate(kind, sum + bias[i / p.OutputPlane % bias.Length]))], magnitudes, p.Taps, $"{type} {name}");
            activation %= 7;
        }
    }

    [Test]
    public void Gradient_by_the_source_matches_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        foreach (var (name, problem) in Cases)
        {
            var p = problem with { Groups = Math.Min(problem.Groups, 3), Channels = 1, Rows = 1 };
            using var bench = new KernelBench();
            var (y, w) = (KernelBench.Random(type, (int)p.Elements.Output, 1), KernelBench.Random(type, (int)p.Elements.Weight, 2));
            var (source, weight, result) = (bench.Upload(type, y), bench.Upload(type, w), bench.Output(type, p.Elements.Input));
            foreach (var (product, pack) in ConvKernels.InputGradient(p, type))
            {
                var packed = bench.Output(type, Math.Max(1, pack.Groups * pack.Rows * pack.Leading));
                var launch = ConvKernels.Pack(type, pack);
                bench.Run(launch.Spec, launch.Entry, (int)launch.Grid.X, (int)launch.Block.X, KernelArgument.Structure(pack with { Weight = Of(weight), Packed = Of(packed) }));
                Product(bench, type, p, product with { Source = Of(source), Weight = Of(packed), Result = Of(result) });
            }

            var (sums, magnitudes) = ConvCases.Sum(p, (int)p.Elements.Input, (ix, iw, iy) => (ix, y[iy] * w[iw]));
            Close(bench, type, result, sums, magnitudes, p.Taps, $"{type} {name}");
        }
    }

    [Test]
    public void Gradient_by_the_weights_matches_f64([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values(1, 3)] int splits)
    {
        foreach (var (name, problem) in Cases)
        {
            var p = problem with { Groups = Math.Min(problem.Groups, 3), Channels = 1, Rows = 2 };
            using var bench = new KernelBench();
            var (x, y) = (KernelBench.Random(type, (int)p.Elements.Input, 1), KernelBench.Random(type, (int)p.Elements.Output, 2));
            int size = (int)p.Elements.Weight;
            var result = bench.Output(type, size);
            var partial = splits > 1 ? bench.Output("f32", splits * size) : default;
            var arguments = ConvKernels.WeightGradient(p, splits) with { Source = Of(bench.Upload(type, x)), Weight = Of(bench.Upload(type, y)), Result = Of(result), Partial = Of(partial) };
            var tile = DepthwiseKernels.Tile(arguments, p.Groups, type)!.Value;
            Launch(bench, DepthwiseKernels.WeightProduct(type, arguments, tile), arguments, tile);
            var (sums, magnitudes) = ConvCases.Sum(p, size, (ix, iw, iy) => (iw, x[ix] * y[iy]));
            if (splits == 1)
            {
                Close(bench, type, result, sums, magnitudes, p.Images * p.OutputPlane, $"{type} {name}");
                continue;
            }

            double[] parts = bench.Download("f32", partial, splits * size);
            double[] joined = [.. Enumerable.Range(0, size).Select(i => Enumerable.Range(0, splits).Sum(part => parts[(part * size) + i]))];
            KernelBench.Close(joined, sums, i => (magnitudes[i] * (p.Images * p.OutputPlane + 4) * Math.Pow(2, -24)) + 1e-30, $"{type} {name} in parts");
        }
    }

    [Test]
    public void Each_element_is_read_about_once_and_without_bank_conflicts([Values("depthwise", "depthwise_weight")] string entry)
    {
        using var bench = new KernelBench();
        var sample = DepthwiseKernels.Family.Samples.Single(sample => sample.Launch.Entry == entry);
        var counters = bench.Run(sample).Counters;
        Assert.That(counters.GlobalBytesRead + counters.GlobalBytesWritten, Is.LessThanOrEqualTo(1.05 * sample.MinimalBytes));
        Assert.That(counters.SharedBankConflicts, Is.Zero);
    }

    [Test]
    public void Rows_without_a_border_are_read_in_whole_sectors()
    {
        var p = ConvCases.Flat(2, 8, 1, 1, (64, 3, 1, 1, 1), (64, 1, 1, 0, 1));
        using var bench = new KernelBench();
        CudaDevicePointer Random(long count) => Of(bench.Upload("f32", KernelBench.Random("f32", (int)count, 1)));
        var arguments = ConvKernels.Forward(p, p.Taps) with { Source = Random(p.Elements.Input), Weight = Random(p.Elements.Weight), Result = Of(bench.Output("f32", p.Elements.Output)) };
        var tile = DepthwiseKernels.Tile(arguments, p.Groups, "f32")!.Value;
        Assert.That(Launch(bench, DepthwiseKernels.Product("f32", arguments, tile), arguments, tile).Counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
    }

    private static void Product(KernelBench bench, string type, ConvProblem p, ConvArguments arguments)
    {
        var tile = DepthwiseKernels.Tile(arguments, p.Groups, type)!.Value;
        Launch(bench, DepthwiseKernels.Product(type, arguments, tile), arguments, tile);
    }

    private static LaunchResult Launch(KernelBench bench, KernelLaunch launch, ConvArguments arguments, DepthwiseTile tile) =>
        bench.Run(launch.Spec, launch.Entry, new(launch.Grid.X, launch.Grid.Y, launch.Grid.Z), launch.Block.X, launch.SharedBytes, KernelArgument.Structure(arguments), KernelArgument.Structure(tile));

    /// <summary>Sums of so many terms lose as many units of f32 of their magnitude, activations have a slope below 1.2 and lose a few
    /// units, and results are rounded to their type.</summary>
    private static void Close(KernelBench bench, string type, DevicePointer result, double[] expected, double[] magnitudes, int depth, string what) =>
        KernelBench.Close(bench.Download(type, result, expected.Length), expected,
            i => (1.2 * magnitudes[i] * (depth + 4) * Math.Pow(2, -24)) + ((1 + Math.Abs(expected[i])) * 6 * Math.Pow(2, -24)) + (Math.Abs(expected[i]) * KernelBench.Unit(type)), what);

    private static CudaDevicePointer Of(DevicePointer pointer) => new((nint)pointer.Address);
}
