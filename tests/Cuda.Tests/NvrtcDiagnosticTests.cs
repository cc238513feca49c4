using CudaNet.Cuda.Nvrtc;

namespace CudaNet.Tests;

public sealed class NvrtcDiagnosticTests
{
    private const string Log = """
        bad.cu(4): error: identifier "y" is undefined

        bad.cu(3): warning #177-D: variable "unused" was declared but never referenced

        dir (1)/other.cuh(12): catastrophic error: could not open source file "none.h" (no directories in search list)

        3 errors detected in the compilation of "bad.cu".
        ptxas application ptx input, line 27; error   : Not a name of any known instruction: 'frobnicate'
        nvrtc: error: invalid value for --gpu-architecture (-arch)
        """;

    [Test]
    public void Messages_are_read_with_file_and_line() => Assert.That(NvrtcDiagnostic.Parse(Log), Is.EqualTo(new NvrtcDiagnostic[]
    {
        new("bad.cu", 4, NvrtcSeverity.Error, null, "identifier \"y\" is undefined"),
        new("bad.cu", 3, NvrtcSeverity.Warning, "177-D", "variable \"unused\" was declared but never referenced"),
        new("dir (1)/other.cuh", 12, NvrtcSeverity.CatastrophicError, null, "could not open source file \"none.h\" (no directories in search list)"),
        new("ptxas", 27, NvrtcSeverity.Error, null, "Not a name of any known instruction: 'frobnicate'"),
        new("nvrtc", 0, NvrtcSeverity.Error, null, "invalid value for --gpu-architecture (-arch)"),
    }));

    [TestCase("")]
    [TestCase("all is well")]
    [TestCase("no colon(5) here")]
    public void Other_text_has_no_messages(string log) => Assert.That(NvrtcDiagnostic.Parse(log), Is.Empty);

    [Test]
    public void Windows_line_ends_do_no_harm() => Assert.That(NvrtcDiagnostic.Parse("a.cu(1): error: x\r\n").Single().Message, Is.EqualTo("x"));

    [Test]
    public void A_line_beyond_an_integer_does_no_harm() => Assert.That(NvrtcDiagnostic.Parse("a.cu(99999999999): error: x").Single().Line, Is.Zero);

    [Test]
    public void Options_come_in_a_fixed_order()
    {
        var options = new NvrtcOptions
        {
            Architecture = "sm_90",
            FastMath = true,
            FusedMultiplyAdd = false,
            LineInfo = true,
            MaxRegisters = 64,
            DefaultDevice = true,
            Defines = new Dictionary<string, string> { ["TILE"] = "32", ["DEBUG"] = "" },
            IncludePaths = ["include"],
            Additional = ["--restrict"],
        };
        Assert.That(options.ToArguments(), Is.EqualTo(new[]
        {
            "--gpu-architecture=sm_90", "--std=c++17", "--use_fast_math", "--fmad=false", "-lineinfo", "--maxrregcount=64", "-default-device", "-DDEBUG", "-DTILE=32", "-Iinclude", "--restrict",
        }));
        Assert.That(new NvrtcOptions().ToArguments(), Is.EqualTo(new[] { "--gpu-architecture=compute_80", "--std=c++17" }));
    }
}
