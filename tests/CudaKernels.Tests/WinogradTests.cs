using CudaNet.Cuda.Driver;
using CudaNet.VirtualGpu;
using KernelArgument = CudaNet.VirtualGpu.KernelArgument;

namespace CudaNet.Tests;

/// <summary>Winograd's convolution against loops in f64, and its error against that of the direct kernel.</summary>
public sealed class WinogradTests
{
    private static readonly (string Name, ConvProblem Problem)[] Cases =
    [
        ("padding 1", ConvCases.Flat(2, 1, 5, 7, (8, 3, 1, 1, 1), (12, 3, 1, 1, 1))),
        ("odd sizes", ConvCases.Flat(3, 1, 4, 3, (9, 3, 1, 1, 1), (7, 3, 1, 1, 1))),
        ("no padding", ConvCases.Flat(1, 1, 3, 2, (5, 3, 1, 0, 1), (6, 3, 1, 0, 1))),
        ("padding 2", ConvCases.Flat(1, 1, 2, 3, (4, 3, 1, 2, 1), (5, 3, 1, 2, 1))),
        ("unequal padding", new(2, 1, 3, 2, ConvAxisShape.None, new(6, 5, 3, 1, 1, 1), new(5, 5, 3, 1, 0, 1))),
        ("one pixel", ConvCases.Flat(2, 1, 1, 1, (1, 3, 1, 1, 1), (1, 3, 1, 1, 1))),
        ("one result", ConvCases.Flat(1, 1, 2, 2, (3, 3, 1, 0, 1), (3, 3, 1, 0, 1))),
        ("several tiles of the product", ConvCases.Flat(2, 1, 20, 130, (12, 3, 1, 1, 1), (14, 3, 1, 1, 1))),
    ];

    [Test]
    public void Convolution_and_gradient_match_f64([Values] bool backward)
    {
        int activation = 0;
        foreach (var (name, p) in Cases)
        {
            Assert.That(WinogradKernels.Knows(p), name);
            using var bench = new KernelBench();
            var (sources, results) = backward ? (p.Elements.Output, p.Elements.Input) : (p.Elements.Input, p.Elements.Output);
            double[] source = KernelBench.Random("f32", (int)sources, 1), w = KernelBench.Random("f32", (int)p.Elements.Weight, 2), bias = KernelBench.Random("f32", backward ? p.Channels : p.Rows, 3);
            var (sums, _) = ConvCases.Sum(p, (int)results, (x, k, y) => backward ? (x, source[y] * w[k]) : (y, source[x] * w[k]));
            int kind = activation++, plane = sums.Length / p.Images / bias.Length, depth = backward ? p.Rows : p.Channels;
            double[] actual = Convolve(bench, p, backward, source, w, bias, kind % 7);
            // Of numbers below 1, transformed sources are below 4 and windows below 9/4; a result adds up nine sums of their products,
            // each of which was rounded as often as there are channels, and about 16 times in the transforms.
            KernelBench.Close(actual, [.. sums.Select((sum, i) => GemmTests.Activate(kind % 7, sum + bias[i / plane % bias.Length]))],
                i => 1.2 * 9 * 4 * 2.25 * depth * (depth + 16) * Math.Pow(2, -24), name);
        }
    }

    [Test]
    public void The_error_is_at_most_three_times_that_of_the_direct_kernel()
    {
        var p = ConvCases.Flat(1, 1, 128, 64, (10, 3, 1, 1, 1), (10, 3, 1, 1, 1));
        using var bench = new KernelBench();
        double[] x = KernelBench.Random("f32", (int)p.Elements.Input, 1), w = KernelBench.Random("f32", (int)p.Elements.Weight, 2);
        var (sums, _) = ConvCases.Sum(p, (int)p.Elements.Output, (ix, iw, iy) => (iy, x[ix] * w[iw]));
        var result = bench.Output("f32", sums.Length);
        var arguments = ConvKernels.Forward(p, p.Channels * p.Taps) with { Source = Of(bench.Upload("f32", x)), Weight = Of(bench.Upload("f32", w)), Result = Of(result) };
        Launch(bench, ConvKernels.Product(ConvKernels.SimtSpec(p.Rows), arguments, 1), KernelArgument.Structure(arguments));
        var (direct, fast) = (Error(bench.Download("f32", result, sums.Length), sums), Error(Convolve(bench, p, false, x, w, null, 0), sums));
        TestContext.Out.WriteLine($"Root mean square and greatest error: direct {direct.Root:G3}, {direct.Most:G3}; Winograd {fast.Root:G3}, {fast.Most:G3}.");
        Assert.That(fast.Root, Is.LessThanOrEqualTo(3 * direct.Root));
        Assert.That(fast.Most, Is.LessThanOrEqualTo(3 * direct.Most));
    }

    [Test]
    public void The_products_multiply_four_ninths_as_often()
    {
        var p = ConvCases.Flat(2, 1, 128, 128, (16, 3, 1, 1, 1), (16, 3, 1, 1, 1));
        var (arguments, tiles) = WinogradKernels.Plan(p, backward: false);
        var gemm = WinogradKernels.Products(arguments, tiles);
        Assert.That(2L * WinogradKernels.Matrices * gemm.M * gemm.N * gemm.K * 9, Is.EqualTo(4 * p.Flops));
    }

    private static (double Root, double Most) Error(double[] actual, double[] expected) =>
        (Math.Sqrt(actual.Zip(expected, (a, b) => (a - b) * (a - b)).Average()), actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max());

    private static double[] Convolve(KernelBench bench, ConvProblem p, bool backward, double[] source, double[] weight, double[]? bias, int activation)
    {
        var (plan, tiles) = WinogradKernels.Plan(p, backward);
        int length = (int)(backward ? p.Elements.Input : p.Elements.Output), matrix = plan.Rows * plan.Channels;
        var (u, v, products, result) = (bench.Output("f32", 16L * matrix), bench.Output("f32", 16L * plan.Channels * tiles.Count), bench.Output("f32", 16L * plan.Rows * tiles.Count), bench.Output("f32", length));
        var arguments = plan with { Source = Of(bench.Upload("f32", source)), Result = Of(result), Bias = bias is null ? default : Of(bench.Upload("f32", bias)), Activation = activation };
        Launch(bench, WinogradKernels.Weights(arguments), bench.Upload("f32", weight), u, arguments.Rows, arguments.Channels, backward ? 1 : 0);
        Launch(bench, WinogradKernels.Source(arguments, tiles), KernelArgument.Structure(arguments), KernelArgument.Structure(tiles), v);
        var gemm = WinogradKernels.Products(arguments, tiles) with { A = Of(u), B = Of(v), C = Of(products) };
        Launch(bench, GemmKernels.Product("gemm_simt", GemmKernels.SimtSpec("f32", large: true), gemm.M, gemm.N, WinogradKernels.Matrices, 1), KernelArgument.Structure(gemm));
        Launch(bench, WinogradKernels.Result(arguments, tiles), KernelArgument.Structure(arguments), KernelArgument.Structure(tiles), products);
        return bench.Download("f32", result, length);
    }

    private static void Launch(KernelBench bench, KernelLaunch launch, params ReadOnlySpan<KernelArgument> arguments) =>
        bench.Run(launch.Spec, launch.Entry, new(launch.Grid.X, launch.Grid.Y, launch.Grid.Z), launch.Block.X, arguments);

    private static CudaDevicePointer Of(DevicePointer pointer) => new((nint)pointer.Address);
}
