using CudaNet.Cuda.Compilation;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Both compilers take every kernel, and the embedded PTX is what clang makes of the sources.</summary>
/// <remarks>After a change: <c>dotnet pwsh build.ps1 kernels</c>, which runs the first test with CUDANET_WRITE_PTX.</remarks>
[Parallelizable(ParallelScope.Children)]
public sealed class CompilerTests
{
    private static IEnumerable<string> Sources => KernelCatalogue.All.Select(family => family.Source);

    private static IEnumerable<KernelSpec> Specs => KernelCatalogue.Ahead;

    private static IEnumerable<TestCaseData> Programs =>
        from spec in KernelCatalogue.Ahead from architecture in new[] { "sm_80", "sm_90" } select new TestCaseData(spec, architecture);

    [TestCaseSource(nameof(Sources))]
    public void The_embedded_PTX_is_what_clang_makes_of_the_sources(string source)
    {
        if (!Compilers.HasClang) Assert.Ignore("clang-14 is not installed: apt-get install clang-14.");
        var specs = KernelCatalogue.All.Single(family => family.Source == source).Ahead;
        var texts = specs.AsParallel().Select(spec => (Spec: spec, Ptx: Compilers.Clang(spec))).ToArray();
        if (Environment.GetEnvironmentVariable("CUDANET_WRITE_PTX") is { Length: > 0 } folder)
        {
            using var archive = new MemoryStream();
            KernelSources.WriteArchive(archive, texts);
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, source + ".zip"), archive.ToArray());
            return;
        }

        foreach (var (spec, ptx) in texts) Assert.That(KernelSources.Ptx(spec) == ptx, Is.True, $"{spec} is out of date: dotnet pwsh build.ps1 kernels");
        Assert.That(KernelSources.EmbeddedNames(source), Is.EquivalentTo(specs.Select(spec => spec.Name)), "what is embedded is in the catalogue");
    }

    /// <remarks>A block must fit into the registers of a multiprocessor, of which a thread has 255 at most. For sm_90 the assembler of
    /// NVRTC 11.8, its first one, keeps up to ten registers in memory where sm_80's keeps none.</remarks>
    [TestCaseSource(nameof(Programs))]
    public void NVRTC_assembles_every_kernel_without_spilling(KernelSpec spec, string architecture)
    {
        if (!Compilers.HasNvrtc) Assert.Ignore("libnvrtc.so.11.2 is not installed: Debian's non-free libnvrtc11.2 and libnvrtc-builtins11.8.");
        var threads = KernelCatalogue.All.Single(family => family.Source == spec.Source).Samples.Where(sample => sample.Launch.Spec == spec).ToLookup(sample => sample.Launch.Entry, sample => sample.Launch.Block.Count);
        var kernels = CubinKernel.ReadAll(Compilers.CompileWithNvrtc(spec, architecture));
        Assert.That(kernels, Is.Not.Empty);
        foreach (var kernel in kernels)
        {
            Assert.That(kernel.Registers, Is.InRange(1, 255), $"{kernel}");
            Assert.That(kernel.StackBytes, Is.LessThanOrEqualTo(architecture == "sm_90" ? 40 : 0), $"{kernel}");
            foreach (var count in threads[kernel.Name]) Assert.That(Occupancy.Of(GpuCard.A100, (int)count, kernel.Registers, kernel.SharedBytes).BlocksPerMultiprocessor, Is.Positive, $"{kernel}");
        }
    }

    [Test]
    public void Of_damaged_machine_code_is_said_what_is_wrong()
    {
        if (!Compilers.HasNvrtc) Assert.Ignore("libnvrtc.so.11.2 is not installed: Debian's non-free libnvrtc11.2 and libnvrtc-builtins11.8.");
        var cubin = Compilers.CompileWithNvrtc(RopeKernels.Family.Ahead[0], "sm_80");
        Assert.That(CubinKernel.ReadAll(cubin).Select(kernel => kernel.Name), Is.EquivalentTo(new[] { "rope", "rope_table" }));
        Assert.Throws<InvalidDataException>(() => CubinKernel.ReadAll([]));
        Assert.Throws<InvalidDataException>(() => CubinKernel.ReadAll("PTX"u8));
        var whole = CubinKernel.ReadAll(cubin);
        for (var length = 0; length < cubin.Length; length += 97)
        {
            // What lies behind the last section that is read may be missing.
            try
            {
                Assert.That(CubinKernel.ReadAll(cubin.AsSpan(0, length)), Is.EqualTo(whole));
                Assert.That(length, Is.GreaterThan(cubin.Length / 2));
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [TestCaseSource(nameof(Specs))]
    public void No_kernel_spills_an_array_to_local_memory(KernelSpec spec) =>
        Assert.That(KernelSources.Ptx(spec), Does.Not.Contain("ld.local").And.Not.Contain("st.local"));

    [Test]
    public void Every_kernel_file_is_in_the_catalogue() =>
        Assert.That(typeof(KernelSources).Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".cu", StringComparison.Ordinal)).Select(name => name["kernels/".Length..^3]),
            Is.EquivalentTo(KernelCatalogue.All.Select(family => family.Source)));
}
