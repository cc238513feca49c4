using System.Diagnostics;
using System.Text;
using CudaNet.Cuda;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Kernels;
using CudaNet.Cuda.Virtual;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

[NonParallelizable]
public sealed class ClangKernelCompilerTests
{
    private const string Stray = """
        #include "common.cuh"
        extern "C" __global__ void stray(float* x, int n)
        {
            x[0] = 1;
            x[n] = SCALE;
        }
        """;

    private static ClangKernelCompiler Clang
    {
        get
        {
            if (!ClangKernelCompiler.IsAvailable) Assert.Ignore("clang 14 or later is not installed: apt-get install clang-14.");
            return new();
        }
    }

    // Others on this machine compile as well.
    private readonly string? _before = Environment.GetEnvironmentVariable("TMPDIR");
    private string _folder = null!;

    [SetUp]
    public void Make() => Environment.SetEnvironmentVariable("TMPDIR", _folder = Directory.CreateTempSubdirectory("cudanet-tests-").FullName);

    [TearDown]
    public void Clean()
    {
        Environment.SetEnvironmentVariable("TMPDIR", _before);
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void It_makes_the_PTX_that_is_embedded()
    {
        if (!Clang.Version.StartsWith("clang 14.", StringComparison.Ordinal)) Assert.Ignore("The embedded PTX is of clang 14.");
        var spec = KernelSpec.Of("softmax", "T=f32", "LOG=1");
        var ptx = new ClangKernelCompiler { LineInfo = false }.Compile("softmax.cu", KernelSources.Text("softmax.cu"), spec.DefineList, "sm_80");
        Assert.That(Encoding.UTF8.GetString(ptx) == KernelSources.Ptx(spec), Is.True);
    }

    [Test]
    public void Findings_of_the_virtual_GPU_name_the_line_of_the_source()
    {
        using var driver = new VirtualCudaDriver(new() { MemoryBytes = 1 << 20 });
        var module = driver.LoadModule(Clang.Compile("stray.cu", Stray, ["SCALE=3.0f"], driver.Properties.Architecture));
        var x = driver.TryAllocate(4);
        var error = Assert.Throws<CudaException>(() => driver.Launch(driver.GetFunction(module, "stray"), new CudaLaunch(1, 1), default, [x, 1]))!;
        Assert.That(error.Message, Does.Contain("stray.cu:5").And.Contain("OutOfBounds"));
    }

    [Test]
    public void The_page_on_the_virtual_GPU_prints_what_its_example_prints()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "virtual-gpu.md"));
        var source = page.Split("\"\"\"")[1];
        using var device = new VirtualDevice(new VirtualDeviceOptions { Card = GpuCard.H100, ThrowOnFinding = false });
        using var module = device.LoadModule(Encoding.UTF8.GetString(Clang.Compile("reverse.cu", source.TrimStart('\r', '\n'), [], "sm_80")));
        const int n = 1000;
        DevicePointer x = device.Upload<float>(new float[n]), y = device.Allocate(4 * n);
        var result = device.Launch(module.GetFunction("reverse"), 4, 256, 0, x, y, n);
        Assert.That(result.Findings, Has.Count.EqualTo(2));
        // The PTX line is the compiler's.
        foreach (var finding in result.Findings) Assert.That(page, Does.Contain(finding.ToString().Split(", PTX line")[0]).And.Contain(finding.Allocation ?? ""));
        Assert.That(page, Does.Contain($"{result.Counters.GlobalBytesRead} bytes read, {result.Counters.GlobalBytesWritten} written, {result.Counters.CoalescingPercent:F0} % coalesced"));
        Assert.That(page, Does.Contain($"{result.Occupancy(GpuCard.H100)}"));
    }

    [Test]
    public void The_text_does_not_depend_on_where_it_was_compiled()
    {
        string first = Text(), second = Text();
        Assert.That(first, Does.Contain("\"stray.cu\"").And.Not.Contain("cudanet-clang-"));
        Assert.That(second, Is.EqualTo(first));

        static string Text() => Encoding.UTF8.GetString(Clang.Compile("stray.cu", Stray, ["SCALE=1"], "sm_80"));
    }

    [Test]
    public void A_kernel_that_does_not_compile_is_told_with_file_line_and_log()
    {
        var error = Assert.Throws<KernelCompilationException>(() => Clang.Compile("stray.cu", Stray, ["OTHER=1"], "sm_80"))!;
        Assert.That((error.File, error.Line, error.Reason), Is.EqualTo(("stray.cu", 5, "use of undeclared identifier 'SCALE'")));
        Assert.That(error.Message, Does.StartWith("stray.cu(5): use of undeclared identifier 'SCALE'. Compiled by clang ").And.Contain("for sm_80 OTHER=1").And.Contain("x[n] = SCALE;"));
        Assert.That(error.Log, Does.Contain("1 error generated"));
        Assert.That(Directory.GetDirectories(_folder), Is.Empty, "nothing is left in the temporary folder");
    }

    [Test]
    public void Warnings_are_errors_where_that_is_wanted()
    {
        const string source = "extern \"C\" __global__ void k(float* x)\n{\n#warning beware\n}\n";
        Assert.DoesNotThrow(() => Clang.Compile("k.cu", source, [], "sm_80"));
        var error = Assert.Throws<KernelCompilationException>(() => new ClangKernelCompiler { WarningsAsErrors = true }.Compile("k.cu", source, [], "sm_80"))!;
        Assert.That((error.Line, error.Reason), Is.EqualTo((3, "beware [-Werror,-W#warnings]")));
    }

    [Test]
    public void An_error_in_a_header_names_the_header()
    {
        _ = Clang;
        Dictionary<string, string> headers = new() { ["clang.cuh"] = KernelSources.Text("clang.cuh"), ["common.cuh"] = "\n\n#error not today\n" };
        var error = Assert.Throws<KernelCompilationException>(() => new ClangKernelCompiler(headers).Compile("stray.cu", Stray, ["SCALE=1"], "sm_80"))!;
        Assert.That((error.File, error.Line, error.Reason), Is.EqualTo(("common.cuh", 3, "not today")));
    }

    [TestCase("sm_80", ".target sm_80")]
    [TestCase("sm_86", ".target sm_80")]
    [TestCase("sm_120", ".target sm_")]
    [TestCase("sm_75", ".target sm_75")]
    public void An_architecture_that_it_does_not_know_becomes_one_before(string architecture, string target) =>
        Assert.That(Encoding.UTF8.GetString(Clang.Compile("k.cu", "extern \"C\" __global__ void k() {}", [], architecture)), Does.Contain(target).And.Contain(".entry k"));

    [TestCase("80")]
    [TestCase("sm_80 -o /tmp/x")]
    [TestCase("")]
    public void What_is_no_architecture_is_refused(string architecture) => Assert.Throws<ArgumentException>(() => Clang.Compile("k.cu", "", [], architecture));

    [TestCase("--help")]
    [TestCase("../../../etc/passwd")]
    [TestCase("clang.cuh")]
    [TestCase("kernel.ptx")]
    [TestCase("")]
    [TestCase("a name with blanks; and more.cu")]
    public void Any_name_stays_a_name(string name) =>
        Assert.That(Encoding.UTF8.GetString(Clang.Compile(name, "extern \"C\" __global__ void k() {}", [], "sm_80")), Does.Contain(".entry k"));

    [Test]
    public void A_compiler_that_hangs_is_ended()
    {
        var compiler = new ClangKernelCompiler(path: Script("if [ \"$1\" = --version ]; then echo clang version 99.0.0; else sleep 60 & sleep 60; fi")) { TimeLimit = TimeSpan.FromMilliseconds(200) };
        var watch = Stopwatch.StartNew();
        var error = Assert.Throws<KernelCompilationException>(() => compiler.Compile("k.cu", "", [], "sm_80"))!;
        Assert.That(error.Message, Does.Contain("clang was ended since it took more than"));
        // Its own limit and the grace for the pipes; not the minute that the script sleeps.
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
        Assert.That(Directory.GetDirectories(_folder), Is.Empty);
    }

    [Test]
    public void A_compiler_that_crashes_is_told_with_its_code()
    {
        var error = Assert.Throws<KernelCompilationException>(() => new ClangKernelCompiler(path: Script("[ \"$1\" = --version ] && echo clang version 99.0.0 || exit 3")).Compile("k.cu", "", [], "sm_80"))!;
        Assert.That(error.Message, Does.Contain("k.cu: clang ended with code 3"));
    }

    [Test]
    public void What_is_no_clang_or_too_old_says_what_to_install()
    {
        Assert.That(Assert.Throws<CudaLibraryException>(() => new ClangKernelCompiler(path: "/nowhere/clang"))!.Message, Does.Contain("/nowhere/clang").And.Contain("Install clang 14 or later"));
        Assert.Throws<CudaLibraryException>(() => new ClangKernelCompiler(path: Script("echo Debian clang version 13.0.1")));
        Assert.Throws<CudaLibraryException>(() => new ClangKernelCompiler(path: Script("echo gcc 12")));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CudaNet.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above the tests holds CudaNet.sln.");
        return folder.FullName;
    }

    /// <summary>A program in place of clang.</summary>
    private static string Script(string text)
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("The stand-in for clang is a shell script.");
        var path = Path.Combine(Path.GetTempPath(), $"cudanet-script-{Guid.NewGuid():N}");
        File.WriteAllText(path, "#!/bin/sh\n" + text + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
