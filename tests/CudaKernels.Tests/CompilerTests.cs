namespace CudaNet.Tests;

/// <summary>Both compilers take every kernel, and the PTX beside the sources is what clang makes of them.</summary>
/// <remarks>After a change: <c>CUDANET_WRITE_PTX=kernels/ptx dotnet test tests/CudaKernels.Tests --filter The_PTX_beside</c>, with the full path of the folder.</remarks>
public sealed class CompilerTests
{
    private static IEnumerable<KernelSpec> Specs => KernelSpecs.All;

    private static IEnumerable<TestCaseData> Programs =>
        from spec in KernelSpecs.All from architecture in new[] { "sm_80", "sm_90" } select new TestCaseData(spec, architecture);

    [TestCaseSource(nameof(Specs))]
    public void The_PTX_beside_the_sources_is_what_clang_makes_of_them(KernelSpec spec)
    {
        if (!Compilers.HasClang) Assert.Ignore("clang-14 is not installed: apt-get install clang-14.");
        string ptx = Compilers.Clang(spec);
        if (Environment.GetEnvironmentVariable("CUDANET_WRITE_PTX") is { Length: > 0 } folder) File.WriteAllText(Path.Combine(folder, spec.PtxName), ptx);
        else Assert.That(spec.Ptx == ptx, Is.True, $"{spec.PtxName} is out of date: write it again with CUDANET_WRITE_PTX.");
    }

    [TestCaseSource(nameof(Programs))]
    public void NVRTC_assembles_every_kernel(KernelSpec spec, string architecture)
    {
        if (!Compilers.HasNvrtc) Assert.Ignore("libnvrtc.so.11.2 is not installed: Debian's non-free libnvrtc11.2 and libnvrtc-builtins11.8.");
        Assert.That(Compilers.CompileWithNvrtc(spec, architecture), Is.Empty);
    }

    [TestCaseSource(nameof(Specs))]
    public void No_kernel_spills_an_array_to_local_memory(KernelSpec spec) =>
        Assert.That(spec.Ptx, Does.Not.Contain("ld.local").And.Not.Contain("st.local"));

    [Test]
    public void Every_PTX_file_belongs_to_a_specialisation() =>
        Assert.That(Directory.GetFiles(Path.Combine(KernelSpec.Folder, "ptx")).Select(Path.GetFileName), Is.SubsetOf(KernelSpecs.All.Select(spec => spec.PtxName)));
}
