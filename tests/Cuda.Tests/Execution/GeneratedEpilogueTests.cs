using CudaNet.Cuda.Codegen;
using CudaNet.Cuda.Compilation;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Tests.Execution;

/// <summary>Products that are compiled with the program behind them.</summary>
[NonParallelizable]
public sealed class GeneratedEpilogueTests
{
    private static Tensor Gelu(Tensor x) => x * 0.5f * (1 + (x * 0.70710678f).Erf());

    [TestCase(DType.Float32), TestCase(DType.Float16)]
    public void A_large_product_takes_any_program_in_one_launch(DType type)
    {
        if (!ClangKernelCompiler.IsAvailable) Assert.Ignore("clang is not installed: apt-get install clang-14.");
        const int M = 1024, N = 1024, K = 8;
        using var run = new VirtualRun();
        // A bias, an activation that kernels do not know, and a residual that lies transposed.
        Tensor[] Inputs(Device device) => [Input([M, K], 1, device, type), Input([K, N], 2, device, type), Input([N], 3, device, type), Input([N, M], 4, device, type)];
        Tensor Layer(Tensor[] x) => Gelu(x[0].MatMul(x[1]) + x[2]) * x[3].Transpose(0, 1);
        var expected = Layer(Inputs(Device.Cpu)).ToDoubles();
        var inputs = Inputs(run.Device);
        var before = run.Launches;
        var y = Layer(inputs).Realize();
        Assert.That(run.Launches - before, Is.EqualTo(1));
        Assert.That(run.Backend.HostOps, Is.Empty);
        var actual = y.ToDoubles();
        // Sums of 8 products in another order, then one rounding to the type.
        var unit = type == DType.Float32 ? 1e-6 : 1e-3;
        for (var i = 0; i < actual.Length; i++)
            if (Math.Abs(actual[i] - expected[i]) > 8 * unit * Math.Max(1, Math.Abs(expected[i]))) Assert.Fail($"element {i} is {actual[i]}, not {expected[i]}");
    }

    [Test]
    public void A_batched_product_finds_the_operands_of_its_program()
    {
        if (!ClangKernelCompiler.IsAvailable) Assert.Ignore("clang is not installed: apt-get install clang-14.");
        using var run = new VirtualRun();
        Tensor Layer(Device device) =>
            (Input([1024, 1, 8], 1, device).MatMul(Input([1024, 8, 1024], 2, device)) * Input([1024, 1, 1], 3, device)).Tanh() - Input([1, 1, 1024], 4, device);
        Assert.That(Layer(run.Device).ToDoubles(), Is.EqualTo(Layer(Device.Cpu).ToDoubles()).Within(1e-5));
    }

    [Test]
    public void Only_floating_programs_of_one_output_can_be_behind_a_product()
    {
        var relation = ElementwiseProgram.Of(new Less(), [DType.Float32, DType.Float32], DType.Bool);
        Assert.Multiple(() =>
        {
            Assert.That(EpilogueGenerator.CanGenerate(ElementwiseProgram.Of(new Exp(), [DType.Float32], DType.Float32)), Is.True);
            Assert.That(EpilogueGenerator.CanGenerate(ElementwiseProgram.Of(new Exp(), [DType.Float64], DType.Float64)), Is.False);
            Assert.That(EpilogueGenerator.CanGenerate(relation), Is.False);
        });
    }

    private static Tensor Input(Shape shape, int seed, Device device, DType type = DType.Float32)
    {
        var random = new Random(seed);
        return Tensor.From(Array.ConvertAll(new float[shape.ElementCount], _ => random.NextSingle() - 0.5f), shape, device).To(type).Realize();
    }
}
