using CudaNet.Cuda;
using CudaNet.Cuda.Loading;

namespace CudaNet.Tests;

public sealed class LibraryTests
{
    private static CudaNativeLibrary Missing() => new("nowhere", "Nothing", "Install the package nothing.", ["libcudanet-nowhere.so.1", "libcudanet-nowhere.so.0"], ["nowhere_1.dll", "nowhere_0.dll"]);

    [Test]
    public void A_missing_library_says_what_was_looked_for_and_what_to_install()
    {
        var library = Missing();
        var error = Assert.Throws<CudaLibraryException>(() => library.Load())!;
        Assert.That(error.Message, Does.StartWith("Nothing is not here").And.Contain(library.Names[0]).And.Contain(library.Names[1]).And.EndWith("Install the package nothing."));
        Assert.That(error.LookedFor, Is.EqualTo(library.Names));
        Assert.That(error.Library, Is.EqualTo("Nothing"));
        Assert.That(error.EntryPoint, Is.Null);
        Assert.That(error, Is.InstanceOf<CudaNetException>());
    }

    [Test]
    public void A_missing_library_has_no_functions()
    {
        var library = Missing();
        Assert.That(library.Has("anything"), Is.False);
        Assert.Throws<CudaLibraryException>(() => library.Demand("anything", "part of nothing"));
    }

    [Test]
    public void A_function_that_the_version_lacks_is_named()
    {
        var library = CCompilersLibrary();
        if (library.TryLoad().Handle == 0) Assert.Ignore("The C library has another name here.");
        Assert.That(library.Has("strlen"), Is.True);
        var error = Assert.Throws<CudaLibraryException>(() => library.Demand("cudaNetMadeThisUp", "part of no version"))!;
        Assert.That(error.Message, Does.Contain("has no cudaNetMadeThisUp, which is part of no version"));
        Assert.That(error.EntryPoint, Is.EqualTo("cudaNetMadeThisUp"));
    }

    [Test]
    public void A_library_is_loaded_once_by_many_threads()
    {
        var loads = 0;
        var library = new CudaNativeLibrary("c", "C", "", ["libc.so.6"], ["msvcrt.dll"]) { AfterLoading = _ => Interlocked.Increment(ref loads) };
        if (library.Names.Length == 0) Assert.Ignore("Not looked for on this system.");
        Parallel.For(0, 16, _ => library.TryLoad());
        Assert.That(loads, Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void A_file_that_is_no_library_is_told_by_its_path()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Tried on Linux.");
        var file = Path.Combine(Path.GetTempPath(), $"cudanet-{Guid.NewGuid():N}.so");
        File.WriteAllText(file, "this is no library");
        Environment.SetEnvironmentVariable("CUDANET_DAMAGED_LIBRARY", file);
        try
        {
            var library = new CudaNativeLibrary("damaged", "Damaged", "Repair it.", ["libcudanet-nowhere.so"], []);
            Assert.That(Assert.Throws<CudaLibraryException>(() => library.Load())!.Message, Does.Contain(file));
        }
        finally
        {
            Environment.SetEnvironmentVariable("CUDANET_DAMAGED_LIBRARY", null);
            File.Delete(file);
        }
    }

    [Test]
    public void Names_of_calls_are_those_of_the_documentation()
    {
        Assert.That(NativeCall.NameOf("DriverApi.cuMemAlloc_v2(&address, (nuint)bytes)"), Is.EqualTo("cuMemAlloc"));
        Assert.That(NativeCall.NameOf("NvrtcApi.nvrtcVersion(&major, &minor)"), Is.EqualTo("nvrtcVersion"));
        Assert.That(NativeCall.NameOf("cuStreamQuery"), Is.EqualTo("cuStreamQuery"));
    }

    [Test]
    public void Every_library_has_names_for_Linux_and_Windows_and_an_advice()
    {
        foreach (var library in CudaLibraries.All)
        {
            Assert.That(library.Advice, Is.Not.Empty, library.Title);
            if (OperatingSystem.IsLinux()) Assert.That(library.Names, Is.All.StartsWith("lib").And.All.Contains(".so."), library.Title);
        }
    }

    private static CudaNativeLibrary CCompilersLibrary() => new("libc", "C library", "", ["libc.so.6"], ["msvcrt.dll"]);
}
