using System.Collections.Concurrent;
using System.Text;
using CudaNet.Cuda.Nvrtc;

namespace CudaNet.Tests;

/// <summary>The real compiler. It needs no card; the tests are skipped where it is not installed.</summary>
public sealed class NvrtcTests
{
    private const string Saxpy = """
        extern "C" __global__ void saxpy(int n, float a, const float* x, float* y)
        {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) y[i] = a * x[i] + y[i];
        }
        """;

    private static readonly NvrtcOptions Ptx80 = new();

    [OneTimeSetUp]
    public void Find()
    {
        if (!NvrtcCompiler.IsAvailable) Assert.Ignore("NVRTC or its built-ins are not installed.");
    }

    [Test]
    public void The_compiler_tells_its_version_and_architectures()
    {
        Assert.That(NvrtcCompiler.Version, Is.GreaterThanOrEqualTo(new Version(11, 0)));
        Assert.That(NvrtcCompiler.SupportedArchitectures, Does.Contain(80).And.Ordered);
    }

    [Test]
    public void A_kernel_without_headers_becomes_PTX()
    {
        using var program = new NvrtcProgram(Saxpy, "saxpy.cu");
        var ptx = program.Compile(Ptx80).GetPtx();
        Assert.That(ptx, Does.Contain(".entry saxpy").And.Contain(".target sm_80").And.Not.Contain("\0"));
        Assert.That(program.Log, Is.Empty);
    }

    [TestCase(80)]
    [TestCase(90)]
    public void A_kernel_becomes_a_CUBIN_for_a_card(int architecture)
    {
        if (!NvrtcCompiler.SupportedArchitectures.Contains(architecture)) Assert.Ignore($"This version has no sm_{architecture}.");
        using var program = new NvrtcProgram(Saxpy, "saxpy.cu");
        var cubin = program.Compile(Ptx80 with { Architecture = $"sm_{architecture}" }).GetCubin();
        Assert.That(cubin.AsSpan(0, 4).SequenceEqual("\u007fELF"u8), Is.True);
    }

    [Test]
    public void There_is_no_CUBIN_of_a_virtual_architecture()
    {
        using var program = new NvrtcProgram(Saxpy).Compile(Ptx80);
        Assert.That(Assert.Throws<NvrtcException>(() => program.GetCubin())!.Message, Does.Contain("sm_80"));
    }

    [Test]
    public void A_broken_kernel_is_told_line_by_line()
    {
        const string source = """
            extern "C" __global__ void broken(float* x)
            {
                int unused;
                x[0] = y;
                undefined_function(x);
            }
            """;
        using var program = new NvrtcProgram(source, "broken.cu");
        var error = Assert.Throws<NvrtcException>(() => program.Compile(Ptx80))!;
        Assert.That(error.Status, Is.EqualTo(NvrtcStatus.Compilation));
        Assert.That(error.Call, Is.EqualTo("nvrtcCompileProgram"));
        Assert.That(error.Diagnostics.Where(d => d.Severity == NvrtcSeverity.Error).Select(d => (d.File, d.Line)), Is.EqualTo(new[] { ("broken.cu", 4), ("broken.cu", 5) }));
        Assert.That(error.Diagnostics.Single(d => d.Severity == NvrtcSeverity.Warning), Has.Property("Line").EqualTo(3).And.Property("Code").Not.Null);
        Assert.That(error.Message, Does.Contain("broken.cu").And.Contain("broken.cu(4): error: identifier \"y\" is undefined").And.Contain("NVRTC_ERROR_COMPILATION (6)"));
        Assert.That(error.Log, Does.Contain("undefined_function"));
    }

    [Test]
    public void A_program_that_failed_can_be_asked_again()
    {
        using var program = new NvrtcProgram("#ifdef GOOD\nextern \"C\" __global__ void k() {}\n#else\n#error wanted\n#endif");
        Assert.Throws<NvrtcException>(() => program.Compile(Ptx80));
        Assert.Throws<NvrtcException>(() => program.GetPtx());
        Assert.Throws<NvrtcException>(() => program.Compile(Ptx80));
    }

    [Test]
    public void Inline_PTX_is_checked_for_a_card_only()
    {
        const string source = """extern "C" __global__ void k(float* x) { asm("frobnicate.f32 %0, %0;" : "+f"(*x)); }""";
        using (var program = new NvrtcProgram(source)) Assert.DoesNotThrow(() => program.Compile(Ptx80));
        using (var program = new NvrtcProgram(source))
        {
            var error = Assert.Throws<NvrtcException>(() => program.Compile(Ptx80 with { Architecture = "sm_80" }))!;
            Assert.That(error.Diagnostics.Any(d => d.File == "ptxas" && d.Line > 0 && d.Message.Contains("frobnicate", StringComparison.Ordinal)), Is.True, error.Log);
        }
    }

    [TestCase("--gpu-architecture=compute_1")]
    [TestCase("--no-such-option")]
    [TestCase("--std=c++98point5")]
    public void A_wrong_option_is_told(string option)
    {
        using var program = new NvrtcProgram(Saxpy);
        var error = Assert.Throws<NvrtcException>(() => program.Compile(option))!;
        Assert.That(error.Status, Is.EqualTo(NvrtcStatus.InvalidOption));
        Assert.That(error.Message, Does.Contain("nvrtc: error").Or.Contain("nvrtc("));
    }

    [Test]
    public void Names_of_templates_are_lowered()
    {
        using var program = new NvrtcProgram("template <typename T, int N> __global__ void scale(T* x) { x[threadIdx.x] *= T(N); }");
        program.AddNameExpression("scale<float, 3>");
        program.AddNameExpression("&scale<double, 5>");
        var ptx = program.Compile(Ptx80).GetPtx();
        var names = program.GetLoweredNames();
        Assert.That(names["scale<float, 3>"], Does.StartWith("_Z").And.Not.EqualTo(names["&scale<double, 5>"]));
        foreach (var name in names.Values) Assert.That(ptx, Does.Contain($".entry {name}("));
        Assert.That(Assert.Throws<NvrtcException>(() => program.GetLoweredName("scale<int, 1>"))!.Status, Is.EqualTo(NvrtcStatus.NameExpressionNotValid));
        Assert.That(Assert.Throws<NvrtcException>(() => program.AddNameExpression("scale<int, 1>"))!.Status, Is.EqualTo(NvrtcStatus.NoNameExpressionsAfterCompilation));
    }

    [Test]
    public void A_lowered_name_needs_a_compilation()
    {
        using var program = new NvrtcProgram("template <int N> __global__ void k() {}");
        program.AddNameExpression("k<1>");
        Assert.That(Assert.Throws<NvrtcException>(() => program.GetLoweredName("k<1>"))!.Status, Is.EqualTo(NvrtcStatus.NoLoweredNamesBeforeCompilation));
    }

    [Test]
    public void Headers_come_from_memory()
    {
        var headers = new Dictionary<string, string> { ["one.cuh"] = "#include \"two.cuh\"\n", ["two.cuh"] = "__device__ float twice(float x) { return 2 * x; }\n" };
        using var program = new NvrtcProgram("#include \"one.cuh\"\nextern \"C\" __global__ void k(float* x) { *x = twice(*x); }", "k.cu", headers);
        Assert.That(program.Compile(Ptx80).GetPtx(), Does.Contain(".entry k("));
    }

    [Test]
    public void A_missing_header_is_a_catastrophic_error()
    {
        using var program = new NvrtcProgram("#include <none.h>\n", "k.cu");
        var error = Assert.Throws<NvrtcException>(() => program.Compile(Ptx80))!;
        Assert.That(error.Diagnostics.Single(), Is.EqualTo(new NvrtcDiagnostic("k.cu", 1, NvrtcSeverity.CatastrophicError, null, error.Diagnostics[0].Message)));
        Assert.That(error.Message, Does.Contain("none.h"));
    }

    [Test]
    public void Macros_choose_the_code()
    {
        using var program = new NvrtcProgram("extern \"C\" __global__ void NAME() { static_assert(SIZE == 7, \"\"); }");
        Assert.That(program.Compile(Ptx80 with { Defines = new Dictionary<string, string> { ["NAME"] = "chosen", ["SIZE"] = "7" } }).GetPtx(), Does.Contain(".entry chosen("));
    }

    [Test]
    public void Products_and_sums_are_kept_apart_on_demand()
    {
        using NvrtcProgram joined = new(Saxpy), apart = new(Saxpy);
        Assert.That(joined.Compile(Ptx80).GetPtx(), Does.Contain("fma.rn.f32"));
        Assert.That(apart.Compile(Ptx80 with { FusedMultiplyAdd = false }).GetPtx(), Does.Not.Contain("fma.rn.f32").And.Contain("mul.rn.f32").Or.Contain("mul.f32"));
    }

    [Test]
    public void A_huge_source_compiles()
    {
        var source = new StringBuilder();
        for (var i = 0; i < 40_000; i++) source.Append("// a line that says nothing, to make the source large: ").Append(i).AppendLine(" and so on and so forth");
        for (var i = 0; i < 200; i++) source.Append("extern \"C\" __global__ void k").Append(i).Append("(float* x) { x[threadIdx.x] += ").Append(i).AppendLine("; }");
        using var program = new NvrtcProgram(source.ToString());
        var ptx = program.Compile(Ptx80).GetPtx();
        Assert.That(source.Length, Is.GreaterThan(3_000_000));
        Assert.That(ptx, Does.Contain(".entry k0(").And.Contain(".entry k199("));
    }

    [Test]
    public void An_empty_source_compiles_to_nothing()
    {
        using var program = new NvrtcProgram("");
        Assert.That(program.Compile(Ptx80).GetPtx(), Does.Contain(".version").And.Not.Contain(".entry"));
    }

    [Test]
    public void Text_beyond_ASCII_does_no_harm()
    {
        using var program = new NvrtcProgram("// Σ √ 数\n" + Saxpy, "größe.cu");
        Assert.That(program.Compile(Ptx80).GetPtx(), Does.Contain("saxpy"));
    }

    [Test]
    public void A_zero_character_is_refused() => Assert.Throws<ArgumentException>(() => _ = new NvrtcProgram("int x;\0int y;"));

    [Test]
    public void Compiling_again_and_on_many_threads_gives_the_same_text()
    {
        var texts = new ConcurrentBag<string>();
        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 3 }, _ =>
        {
            using var program = new NvrtcProgram(Saxpy, "saxpy.cu");
            texts.Add(program.Compile(Ptx80).GetPtx());
        });
        Assert.That(texts.Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Errors_on_many_threads_stay_with_their_programs() => Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 3 }, i =>
    {
        using var program = new NvrtcProgram($"__global__ void k() {{ wrong{i}; }}", $"program{i}.cu");
        var error = Assert.Throws<NvrtcException>(() => program.Compile(Ptx80))!;
        Assert.That(error.Diagnostics.Single(d => d.Severity == NvrtcSeverity.Error).ToString(), Does.StartWith($"program{i}.cu(1)").And.Contain($"wrong{i}"));
    });

    [Test]
    public void A_disposed_program_refuses_to_compile()
    {
        var program = new NvrtcProgram(Saxpy);
        program.Dispose();
        program.Dispose();
        Assert.Throws<ObjectDisposedException>(() => program.Compile(Ptx80));
    }

    [Test]
    public void The_built_ins_were_loaded_before()
    {
        Assert.That(NvrtcBuiltins.Name, Does.Contain("nvrtc-builtins").And.Contain(NvrtcCompiler.Version.Major.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.That(NvrtcBuiltins.Found, Is.True);
    }
}
