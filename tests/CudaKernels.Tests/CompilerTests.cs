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

    [TestCaseSource(nameof(Programs))]
    public void NVRTC_assembles_every_kernel(KernelSpec spec, string architecture)
    {
        if (!Compilers.HasNvrtc) Assert.Ignore("libnvrtc.so.11.2 is not installed: Debian's non-free libnvrtc11.2 and libnvrtc-builtins11.8.");
        Assert.That(Compilers.CompileWithNvrtc(spec, architecture), Is.Empty);
    }

    [TestCaseSource(nameof(Specs))]
    public void No_kernel_spills_an_array_to_local_memory(KernelSpec spec) =>
        Assert.That(KernelSources.Ptx(spec), Does.Not.Contain("ld.local").And.Not.Contain("st.local"));

    [Test]
    public void Every_kernel_file_is_in_the_catalogue() =>
        Assert.That(typeof(KernelSources).Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".cu", StringComparison.Ordinal)).Select(name => name["kernels/".Length..^3]),
            Is.EquivalentTo(KernelCatalogue.All.Select(family => family.Source)));
}
