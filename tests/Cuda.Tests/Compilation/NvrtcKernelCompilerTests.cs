using System.Text;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Kernels;
using CudaNet.Cuda.Nvrtc;
using CudaNet.Cuda.Virtual;

namespace CudaNet.Tests;

public sealed class NvrtcKernelCompilerTests
{
    private const string Kernel = "#include \"common.cuh\"\nextern \"C\" __global__ void k(float* x) { x[0] = VALUE; }\n";

    private static NvrtcKernelCompiler Nvrtc
    {
        get
        {
            if (!NvrtcCompiler.IsAvailable) Assert.Ignore("NVRTC is not installed: Debian's non-free libnvrtc11.2 and libnvrtc-builtins11.8.");
            return new();
        }
    }

    [TestCase("sm_80")]
    [TestCase("sm_90")]
    public void A_kernel_of_the_catalogue_becomes_code_of_the_card(string architecture)
    {
        var code = Nvrtc.Compile("softmax.cu", KernelSources.Text("softmax.cu"), ["T=bf16", "LOG=0"], architecture);
        Assert.That(code.AsSpan().StartsWith("\u007fELF"u8));
        Assert.That(Nvrtc.Version, Does.Match(@"^NVRTC \d+\.\d+$"));
    }

    [Test]
    public void A_card_that_is_newer_than_the_compiler_gets_PTX_of_the_newest_before_it()
    {
        var newest = NvrtcCompiler.SupportedArchitectures.Max();
        var ptx = Encoding.UTF8.GetString(Nvrtc.Compile("k.cu", Kernel, ["VALUE=1"], "sm_999"));
        Assert.That(ptx, Does.Contain($".target sm_{newest}").And.Contain(".entry k"));
        using var driver = new VirtualCudaDriver(new() { MemoryBytes = 1 << 20 });
        Assert.That(Assert.Throws<CudaException>(() => driver.LoadModule(Encoding.UTF8.GetBytes(ptx)))!.Status, Is.EqualTo(CudaStatus.NotSupported), "it is for cards only");
    }

    [Test]
    public void A_card_that_is_too_old_says_so() =>
        Assert.That(Assert.Throws<KernelCompilationException>(() => Nvrtc.Compile("k.cu", Kernel, [], "sm_10"))!.Message, Does.Contain("install an older NVRTC"));

    [Test]
    public void A_kernel_that_does_not_compile_is_told_with_file_line_and_log()
    {
        var error = Assert.Throws<KernelCompilationException>(() => Nvrtc.Compile("k.cu", Kernel, ["OTHER=1"], "sm_80"))!;
        Assert.That((error.File, error.Line, error.Reason), Is.EqualTo(("k.cu", 2, "identifier \"VALUE\" is undefined")));
        Assert.That(error.Message, Does.StartWith("k.cu(2): identifier \"VALUE\" is undefined. Compiled by NVRTC ").And.Contain("for sm_80 OTHER=1"));
        Assert.That(error.InnerException, Is.TypeOf<NvrtcException>());
    }

    [Test]
    public void What_the_assembler_refuses_is_told_too()
    {
        var error = Assert.Throws<KernelCompilationException>(() => Nvrtc.Compile("k.cu", "extern \"C\" __global__ void k() { asm(\"frobnicate.f32;\"); }", [], "sm_80"))!;
        Assert.That(error.File, Is.EqualTo("ptxas"));
        Assert.That(error.Message, Does.Contain("frobnicate"));
    }
}
