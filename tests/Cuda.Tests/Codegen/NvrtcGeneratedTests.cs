using CudaNet.Cuda.Codegen;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Kernels;
using CudaNet.Cuda.Nvrtc;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Tests;

/// <summary>NVRTC takes what the generators make, down to machine code.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class NvrtcGeneratedTests
{
    private static IEnumerable<TestCaseData> Kernels()
    {
        foreach (var type in Enum.GetValues<DType>())
        {
            var (program, _) = ElementwiseGeneratorTests.AllOps(type, op => ElementwiseGeneratorTests.Suits(op, type));
            yield return Case($"all ops of {type.ShortName()}", ElementwiseGenerator.Generate(program, [64], [.. program.Inputs.Select(_ => Layout.Contiguous([64]))]));
            yield return Case($"positions in {type.ShortName()}", ReductionGenerator.GenerateArg(greatest: true, 0, type, Layout.Contiguous([6000, 2])).Join!);
            foreach (var (name, shape, axis) in new (string, Shape, int)[] { ("rows", [64, 64], 1), ("long rows", [4, 9000], 1), ("columns", [64, 64], 0) })
                yield return Case($"{name} of {type.ShortName()}", ReductionGenerator.Generate(new(new([type], [], [0]), shape, new Max(axis), null), [Layout.Contiguous(shape)]).First);
        }
        var sum = new ElementwiseProgram([DType.Float32, DType.Float32], [new(new Add(), DType.Float32, 0, 1)], [2]);
        yield return Case("strides", ElementwiseGenerator.Generate(sum, [8, 64], [Layout.Contiguous([8, 64]), Layout.Contiguous([8, 64]).Flip(1)]));
        yield return Case("transposed", ElementwiseGenerator.Generate(sum, [8, 64], [Layout.Contiguous([8, 64]), Layout.Contiguous([64, 8]).Permute([1, 0])]));
        yield return Case("wide strides", ElementwiseGenerator.Generate(sum, [2, 3], [Layout.Contiguous([2, 3]), new([2, 3], [1L << 32, 2])]));
        yield return new TestCaseData(new ElementwiseList(sum, [new(64), new(7)], [false, true]).Kernel).SetArgDisplayNames("several tensors");
        yield return Case("a row and a column", ElementwiseGenerator.Generate(sum, [8, 64], [Layout.Contiguous([64]).Expand([8, 64]), Layout.Contiguous([8, 1]).Expand([8, 64])]));
    }

    [TestCase("gemm", "T=f16 TA=0 TB=1 ALIGNED=1"), TestCase("gemm_simt", "T=f32")]
    public void NVRTC_assembles_a_product_with_its_program(string source, string defines)
    {
        if (!NvrtcCompiler.IsAvailable) Assert.Ignore("NVRTC is not installed.");
        var type = defines.StartsWith("T=f16", StringComparison.Ordinal) ? DType.Float16 : DType.Float32;
        var program = new ElementwiseProgram([type, type], [new(new Tanh(), type, 0), new(new Mul(), type, 2, 1)], [3]);
        var kernel = EpilogueGenerator.Generate(program, [8, 64], [Layout.Contiguous([64, 8]).Permute([1, 0])]).Before(source, KernelSources.Text(source + ".cu"));
        Assert.That(() => new NvrtcKernelCompiler().Compile(kernel.Name + ".cu", kernel.Source, defines.Split(' '), "sm_80"), Throws.Nothing);
    }

    private static TestCaseData Case(string name, GeneratedLaunch launch) => new TestCaseData(launch.Kernel).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Kernels))]
    public void NVRTC_assembles_what_is_generated(object kernel)
    {
        if (!NvrtcCompiler.IsAvailable) Assert.Ignore("NVRTC is not installed.");
        var generated = (GeneratedKernel)kernel;
        // What sm_80 has later cards have too.
        Assert.That(() => new NvrtcKernelCompiler().Compile(generated.Name + ".cu", generated.Source, [], "sm_80"), Throws.Nothing);
    }
}
