using CudaNet.Cuda.Driver;
using CudaNet.VirtualGpu;
using KernelArgument = CudaNet.VirtualGpu.KernelArgument;

namespace CudaNet.Tests;

/// <summary>Convolutions of every specialisation and both gradients against loops in f64.</summary>
public sealed class ConvTests
{
    private static IEnumerable<TestCaseData> Plans =>
        from spec in ConvKernels.SimtFamily.Ahead.Concat(ConvKernels.Family.Ahead)
        from direction in new[] { "forward", "input gradient", "weight gradient" }
        select new TestCaseData(spec, direction);

    [TestCaseSource(nameof(Plans))]
    public void Convolution_matches_f64(KernelSpec spec, string direction)
    {
        int mode = Number(spec, "MODE"), activation = 0;
        foreach (var (name, problem) in mode == 0 ? ConvCases.All : mode == 1 ? ConvCases.Aligned : ConvCases.Pointwise)
        {
            using var bench = new Bench(spec, problem);
            bench.Run(direction, epilogue: direction != "weight gradient", name, activation: activation++ % 7);
        }
    }

    [Test]
    public void A_gradient_by_the_weights_in_parts_matches_f64([Values] bool plain)
    {
        var spec = plain ? ConvKernels.SimtSpec(64) : ConvKernels.MmaSpec("bf16", ConvMode.Any, 128);
        // More parts than steps: the last ones are zero.
        foreach (int splits in new[] { 2, 3, 40 })
        {
            using var bench = new Bench(spec, ConvCases.Flat(5, 2, 3, 4, (9, 3, 1, 1, 1), (7, 3, 1, 1, 1)));
            bench.Run("weight gradient", epilogue: false, $"{splits} parts", splits);
        }
    }

    [Test]
    public void Main_loops_have_no_bank_conflicts_and_load_whole_sectors([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values] ConvMode mode, [Values] bool weights)
    {
        // Rows of 64 elements: at the middle tap of three, and without a border, a warp reads whole sectors.
        int kernel = mode == ConvMode.Pointwise ? 1 : 3;
        var problem = ConvCases.Flat(1, 1, mode == ConvMode.Pointwise ? 128 : 64, 128, (8, kernel, 1, kernel / 2, 1), (64, 1, 1, 0, 1));
        using var bench = new Bench(ConvKernels.MmaSpec(type, mode, 128), problem);
        var counters = bench.Run(weights ? "weight gradient" : "forward", epilogue: false, "whole tiles").Counters;
        Assert.That(counters.SharedBankConflicts, Is.Zero);
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        long columns = weights ? ((problem.Channels * kernel) + 127) / 128 * 128 : problem.Channels * kernel;
        Assert.That(type == "f32" ? counters.TensorTf32Flops : counters.TensorHalfFlops, Is.EqualTo(2L * 128 * 512 * columns));
    }

    [Test]
    public void Main_loops_without_tensor_cores_have_no_bank_conflicts_and_load_whole_sectors([Values(32, 64, 128)] int rows, [Values] bool weights)
    {
        var problem = ConvCases.Flat(1, 1, 128, rows, (8, 3, 1, 1, 1), (64, 1, 1, 0, 1));
        using var bench = new Bench(ConvKernels.SimtSpec(rows), problem);
        var counters = bench.Run(weights ? "weight gradient" : "forward", epilogue: false, "whole tiles").Counters;
        Assert.That(counters.SharedBankConflicts, Is.Zero);
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.Float32Flops, Is.EqualTo(2L * rows * 512 * 384).Within(2).Percent);
    }

    private static int Number(KernelSpec spec, string name) => int.Parse(spec.DefineList.FirstOrDefault(define => define.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..] ?? "0");

    /// <summary>A problem with its three arrays on the device.</summary>
    private sealed class Bench : IDisposable
    {
        private const float Beta = 0.5f;
        private readonly KernelBench _bench = new();
        private readonly KernelSpec _spec;
        private readonly ConvProblem _p;
        private readonly string _type;
        private readonly double[] _x, _w, _y;
        private int _activation;

        public Bench(KernelSpec spec, ConvProblem problem)
        {
            (_spec, _p) = (spec, problem);
            _type = IsPlain ? "f32" : spec.DefineList[0]["T=".Length..];
            var (input, output, weight) = problem.Elements;
            (_x, _w, _y) = (KernelBench.Random(_type, (int)input, 1), KernelBench.Random(_type, (int)weight, 2), KernelBench.Random(_type, (int)output, 3));
        }

        private bool IsPlain => _spec.Source == "conv_simt";

        /// <summary>Products of tf32 lose 2⁻¹¹ in each factor, the others are exact.</summary>
        private double ProductError => !IsPlain && _type == "f32" ? 2 * Math.Pow(2, -11) : 0;

        public LaunchResult Run(string direction, bool epilogue, string name, int splits = 1, int activation = 0)
        {
            _activation = activation;
            string what = $"{_spec}, {direction}, {name}";
            switch (direction)
            {
                case "forward":
                    var (weight, leading) = Rows(ConvKernels.PackForward(_p, _type), _p.Channels * _p.Taps);
                    return Compare(what, epilogue, _x, weight, [ConvKernels.Forward(_p, leading)], _y.Length, _p.Groups * _p.Rows, (x, w, y) => (y, _x[x] * _w[w]), _p.Channels * _p.Taps);
                case "input gradient":
                    return InputGradient(what, epilogue);
                default:
                    return WeightGradient(what, splits);
            }
        }

        public void Dispose() => _bench.Dispose();

        /// <summary>Weights as they lie where their rows are aligned, else packed.</summary>
        private (DevicePointer Weight, int Leading) Rows(ConvPackArguments pack, int length)
        {
            var weight = _bench.Upload(_type, _w);
            return IsPlain || pack.Leading == length ? (weight, length) : (Packed(weight, pack), pack.Leading);
        }

        private DevicePointer Packed(DevicePointer weight, ConvPackArguments pack)
        {
            var packed = _bench.Output(_type, (long)pack.Groups * pack.Rows * pack.Leading);
            Launch(ConvKernels.Pack(_type, pack), pack with { Weight = Of(weight), Packed = Of(packed) });
            return packed;
        }

        private LaunchResult InputGradient(string what, bool epilogue)
        {
            var weight = _bench.Upload(_type, _w);
            var classes = ConvKernels.InputGradient(_p, _type);
            Func<int, DevicePointer> rows = i => classes[i].Product.Taps == 0 ? weight : Packed(weight, classes[i].Pack);
            return Compare(what, epilogue, _y, rows, [.. classes.Select(pair => pair.Product)], _x.Length, _p.Groups * _p.Channels, (x, w, y) => (x, _y[y] * _w[w]), _p.Rows * _p.Taps);
        }

        private LaunchResult WeightGradient(string what, int splits)
        {
            var arguments = ConvKernels.WeightGradient(_p, splits) with { Source = Of(_bench.Upload(_type, _x)), Weight = Of(_bench.Upload(_type, _y)) };
            var result = _bench.Output(_type, _w.Length);
            var partial = splits > 1 ? _bench.Output("f32", (long)splits * _w.Length) : default;
            var launch = Launch(ConvKernels.WeightProduct(_spec, arguments, _p.Groups), arguments with { Result = Of(result), Partial = Of(partial) });
            if (splits > 1)
            {
                var join = ConvKernels.Join(_type, _w.Length);
                _bench.Run(join.Spec, join.Entry, (int)join.Grid.X, (int)join.Block.X, partial, result, (long)_w.Length, splits);
            }

            var (sums, magnitudes) = ConvCases.Sum(_p, _w.Length, (x, w, y) => (w, _x[x] * _y[y]));
            Close(what, result, sums, magnitudes, _ => 0, _p.Images * _p.OutputPlane);
            return launch;
        }

        private LaunchResult Compare(string what, bool epilogue, double[] source, DevicePointer weight, ConvArguments[] products, int length, int channels, Func<int, int, int, (int, double)> term, int depth) =>
            Compare(what, epilogue, source, _ => weight, products, length, channels, term, depth);

        private LaunchResult Compare(string what, bool epilogue, double[] source, Func<int, DevicePointer> weights, ConvArguments[] products, int length, int channels, Func<int, int, int, (int, double)> term, int depth)
        {
            double[] bias = KernelBench.Random(_type, channels, 4), residual = KernelBench.Random(_type, length, 5);
            var (sourceAt, biasAt, residualAt) = (_bench.Upload(_type, source), epilogue ? _bench.Upload(_type, bias) : default, epilogue ? _bench.Upload(_type, residual) : default);
            var result = _bench.Output(_type, length);
            LaunchResult? last = null;
            for (int i = 0; i < products.Length; i++)
                last = Launch(ConvKernels.Product(_spec, products[i], _p.Groups), products[i] with { Source = Of(sourceAt), Weight = Of(weights(i)), Result = Of(result), Bias = Of(biasAt), Residual = Of(residualAt), Beta = Beta, Activation = epilogue ? _activation : 0, ResidualFirst = _activation & 1 });
            var (sums, magnitudes) = ConvCases.Sum(_p, length, term);
            int plane = length / _p.Images / channels;
            double Finish(double sum, int i)
            {
                double first = (_activation & 1) == 1 ? Beta * residual[i] : 0;
                return GemmTests.Activate(_activation, sum + bias[i / plane % channels] + first) + (Beta * residual[i]) - first;
            }

            double[] expected = [.. sums.Select((sum, i) => epilogue ? Finish(sum, i) : sum)];
            Close(what, result, expected, magnitudes, i => epilogue ? 1 + Math.Abs(Beta * residual[i]) : 0, depth);
            return last!;
        }

        /// <summary>Sums of so many terms lose as many units of f32 of their magnitude, activations have a slope below 1.2 and lose
        /// a few units, and results are rounded to their type.</summary>
        private void Close(string what, DevicePointer result, double[] expected, double[] magnitudes, Func<int, double> epilogue, int depth) =>
            KernelBench.Close(_bench.Download(_type, result, expected.Length), expected,
                i => (1.2 * magnitudes[i] * (ProductError + ((depth + 4) * Math.Pow(2, -24)))) + ((epilogue(i) + Math.Abs(expected[i])) * 6 * Math.Pow(2, -24)) + (Math.Abs(expected[i]) * KernelBench.Unit(_type)) + 1e-30, what);

        private LaunchResult Launch<TArguments>(KernelLaunch launch, TArguments arguments)
            where TArguments : unmanaged =>
            _bench.Run(launch.Spec, launch.Entry, new(launch.Grid.X, launch.Grid.Y, launch.Grid.Z), new(launch.Block.X, launch.Block.Y, launch.Block.Z), KernelArgument.Structure(arguments));

        private static CudaDevicePointer Of(DevicePointer pointer) => new((nint)pointer.Address);
    }
}
