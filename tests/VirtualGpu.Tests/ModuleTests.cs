using System.Diagnostics;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Loading of PTX texts: what is refused, how it is named, and that damaged texts do no harm.</summary>
public sealed class ModuleTests
{
    private static string Kernel(string body) => PtxRunner.Header + ".visible .entry k(.param .u64 p)\n{\n.reg .b32 %r<5>; .reg .b64 %u<5>; .reg .f32 %f<5>; .reg .pred %p<3>; .reg .b16 %h<3>;\n" + body + "\nret;\n}\n";

    private static PtxException Refuse(string text)
    {
        using var device = new VirtualDevice();
        var error = Assert.Throws<PtxException>(() => device.LoadModule(text))!;
        Assert.That(device.UsedBytes, Is.Zero);
        return error;
    }

    [TestCase("frobnicate.u32 %r1, %r2;", PtxErrorKind.UnknownInstruction, "frobnicate.u32")]
    [TestCase("wgmma.fence.sync.aligned;", PtxErrorKind.UnknownInstruction, "wgmma")]
    [TestCase("add.wobble.u32 %r1, %r2, %r3;", PtxErrorKind.UnknownModifier, "wobble")]
    [TestCase("add.u32.s32 %r1, %r2, %r3;", PtxErrorKind.UnknownModifier, "s32")]
    [TestCase("mul.u32 %r1, %r2, %r3;", PtxErrorKind.UnknownModifier, "u32")]
    [TestCase("shl.u32 %r1, %r2, %r3;", PtxErrorKind.UnknownModifier, "u32")]
    [TestCase("setp.lt.b32 %p1, %r2, %r3;", PtxErrorKind.UnknownModifier, "b32")]
    [TestCase("cvt.s32.f32 %r1, %f1;", PtxErrorKind.UnknownModifier, "rni")]
    [TestCase("mma.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 {%f1}, {%r1}, {%r1}, {%f1};", PtxErrorKind.UnknownModifier, "m16n8k32")]
    [TestCase("add.u32 %r1, %r2;", PtxErrorKind.Operand, "2 operands")]
    [TestCase("add.u32 %r1, %r2, %u1;", PtxErrorKind.Operand, "%u1")]
    [TestCase("add.u64 %u1, %r2, %u1;", PtxErrorKind.Operand, "%r2")]
    [TestCase("@%r1 ret;", PtxErrorKind.Operand, "predicate")]
    [TestCase("ld.global.u64 %r1, [%u1];", PtxErrorKind.Operand, "too small")]
    [TestCase("ld.param.u64 %u1, [p+4];", PtxErrorKind.Operand, "outside")]
    [TestCase("st.param.u64 [p], %u1;", PtxErrorKind.Operand, "not written")]
    [TestCase("add.u32 %r1, %r2, %x9;", PtxErrorKind.Symbol, "%x9")]
    [TestCase("add.u32 %r1, %r2, %r5;", PtxErrorKind.Symbol, "%r5")]
    [TestCase("bra NOWHERE;", PtxErrorKind.Symbol, "NOWHERE")]
    [TestCase("call nobody;", PtxErrorKind.Symbol, "nobody")]
    [TestCase("mov.u64 %u1, nothing;", PtxErrorKind.Symbol, "nothing")]
    [TestCase(".reg .b32 %r<3>;", PtxErrorKind.Symbol, "twice")]
    [TestCase("L: L: ret;", PtxErrorKind.Symbol, "twice")]
    [TestCase("add.u32 %r1 %r2;", PtxErrorKind.Syntax, "expected")]
    [TestCase("mov.f32 %f1, 0f3F;", PtxErrorKind.Syntax, "8 hexadecimal digits")]
    [TestCase(".shared .b8 s[9999999999];", PtxErrorKind.Limit, "MiB")]
    [TestCase(".local .b8 s[9999999];", PtxErrorKind.Limit, "512 KiB")]
    public void A_wrong_text_is_refused_with_line_and_reason(string body, PtxErrorKind kind, string part)
    {
        var error = Refuse(Kernel(body));
        Assert.Multiple(() =>
        {
            Assert.That(error.Kind, Is.EqualTo(kind), error.Message);
            Assert.That(error.Message, Does.Contain(part));
            Assert.That(error.Message, Does.StartWith("PTX line "));
            Assert.That(error.Line, kind == PtxErrorKind.Syntax ? Is.InRange(7, 8) : Is.EqualTo(7));
            Assert.That(error.Text, Is.Not.Empty);
        });
    }

    [TestCase("", "version")]
    [TestCase("int main() {}", "directive")]
    [TestCase(".version 7.5\n.target sm_80\n.address_size 32", "64")]
    [TestCase(".version 7.5\n.target sm_80\n.visible .entry k() { ret; }", "address_size")]
    [TestCase(".version 7.5\n.target sm_80\n.address_size 64\n.visible .entry k() { ret;", "expected")]
    [TestCase(".version 7.5\n.target sm_80\n/* open", "not closed")]
    [TestCase(".version 7.5\n.target sm_80\n.address_size 64\n.const .b8 c[70000];", "65536")]
    public void A_wrong_module_is_refused(string text, string part) => Assert.That(Refuse(text).Message, Does.Contain(part));

    [Test]
    public void A_kernel_tells_its_signature_and_resources()
    {
        using var device = new VirtualDevice();
        using var module = device.LoadModule(TestDevice.Ptx("gemm"));
        var kernel = module.GetFunction("gemm_simt");
        Assert.Multiple(() =>
        {
            Assert.That(module.Target, Is.EqualTo("sm_80"));
            Assert.That(module.Functions.Select(function => function.Name), Is.EquivalentTo(new[] { "gemm_simt", "gemm_tensor" }));
            Assert.That(kernel.Parameters.Select(parameter => parameter.Type), Is.EqualTo(new[] { "u64", "u64", "u64", "u32", "u32", "u32" }));
            Assert.That(kernel.Parameters.Select(parameter => parameter.Offset), Is.EqualTo(new[] { 0, 8, 16, 24, 28, 32 }));
            Assert.That(kernel.StaticSharedBytes, Is.EqualTo((16 * 68 * 4) + (16 * 64 * 4)));
            Assert.That(kernel.MaxThreadsPerBlock, Is.EqualTo(256));
            Assert.That(kernel.RegisterEstimate, Is.InRange(32, 96));
            Assert.That(() => module.GetFunction("gem"), Throws.TypeOf<VirtualGpuException>().With.Message.Contains("gemm_simt"));
        });
    }

    [Test]
    public void Variables_of_a_module_are_copied_by_name()
    {
        using var device = new TestDevice();
        var module = device.Device.LoadModule(PtxRunner.Header + ".visible .global .u32 g[4] = {1, 2};\n.visible .entry k() { .reg .b32 %r<3>; ld.global.u32 %r1, [g]; add.u32 %r1, %r1, 5; st.global.u32 [g+12], %r1; }");
        var (pointer, bytes) = module.GetGlobal("g");
        Assert.That(bytes, Is.EqualTo(16));
        device.Device.CopyToDevice<uint>(pointer, [40]);
        device.Clean(module.GetFunction("k"), 1, 1, 0);
        Assert.That(device.Device.Download<uint>(pointer, 4), Is.EqualTo(new uint[] { 40, 2, 0, 45 }));
        long used = device.Device.UsedBytes;
        module.Dispose();
        Assert.That(device.Device.UsedBytes, Is.EqualTo(used - 16));
        Assert.That(() => module.GetFunction("k"), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Damaged_texts_give_the_typed_error_or_run()
    {
        string[] sources = [TestDevice.Ptx("basics"), TestDevice.Ptx("reductions"), TestDevice.Ptx("gemm"), TestDevice.Ptx("damaged")];

        // Pieces of a few kilobytes: a header and one kernel each, so that a mutation is likely to matter.
        var pieces = sources.SelectMany(Pieces).Where(piece => piece.Length < 12000).ToArray();
        Assert.That(pieces, Has.Length.GreaterThan(20));
        int loaded = 0;
        var watch = Stopwatch.StartNew();
        TimeSpan slowest = default;
        Parallel.For(0, 20_000, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            string text = Mutate(pieces[random.Next(pieces.Length)], random);
            var start = watch.Elapsed;
            using var device = new VirtualDevice(new VirtualDeviceOptions { MemoryBytes = 256 << 20, Workers = 1, ThrowOnFinding = false, InstructionLimit = 1000 });
            try
            {
                var module = device.LoadModule(text);
                Interlocked.Increment(ref loaded);
                var buffer = device.Upload<uint>(new uint[1024]);
                foreach (var kernel in module.Functions)
                    device.Launch(kernel, 1, Math.Min(40, kernel.MaxThreadsPerBlock), 1024, [.. kernel.Parameters.Select(parameter => Argument(parameter, buffer))]);
            }
            catch (LaunchException)
            {
            }
            catch (PtxException)
            {
            }
            catch (OutOfDeviceMemoryException)
            {
            }

            var time = watch.Elapsed - start;
            lock (watch) slowest = time > slowest ? time : slowest;
        });
        TestContext.Out.WriteLine($"{loaded} loaded, slowest {slowest.TotalMilliseconds:F0} ms, all {watch.Elapsed.TotalSeconds:F1} s");
        Assert.That(loaded, Is.InRange(1000, 19000));
        Assert.That(slowest, Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    private static KernelArgument Argument(KernelParameter parameter, DevicePointer buffer)
    {
        var bytes = new byte[parameter.Bytes];
        if (bytes.Length == 8) BitConverter.TryWriteBytes(bytes, buffer.Address);
        else if (bytes.Length > 0) bytes[0] = 32;
        return KernelArgument.FromBytes(bytes);
    }

    private static IEnumerable<string> Pieces(string source)
    {
        int first = source.IndexOf(".visible .entry", StringComparison.Ordinal), second = source.IndexOf(".visible .func", StringComparison.Ordinal);
        if (second >= 0) first = Math.Min(first, second);
        string header = source[..first];
        for (int at = source.IndexOf(".visible .entry", StringComparison.Ordinal); at >= 0;)
        {
            int next = source.IndexOf(".visible .", at + 10, StringComparison.Ordinal), end = source.IndexOf("\n}", at, StringComparison.Ordinal) + 3;
            yield return header + source[at..end];
            at = next < 0 ? -1 : source.IndexOf(".visible .entry", next, StringComparison.Ordinal);
        }
    }

    private static string Mutate(string text, Random random)
    {
        var result = new System.Text.StringBuilder(text);
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = random.Next(result.Length);
            switch (random.Next(7))
            {
                case 0:
                    result.Remove(at, Math.Min(random.Next(1, 20), result.Length - at));
                    break;
                case 1:
                    result[at] = (char)random.Next(1, 128);
                    break;
                case 2:
                    result.Insert(at, text.AsSpan(random.Next(text.Length - 60), random.Next(60)));
                    break;
                case 3:
                    result[at] = "0123456789.,;:[]{}()%@!+-<>"[random.Next(27)];
                    break;
                case 4:
                    result.Insert(at, random.Next(2) == 0 ? "99999999999" : "-4");
                    break;
                case 5:
                    string[] words = [".u64", ".f32", ".sync", "bra", "{", "}", "call", ".reg", ".shared", ".v4", "0f7FC00000", "%r1", "_", "mov", "mma"];
                    result.Insert(at, words[random.Next(words.Length)]);
                    break;
                default:
                    result.Length = Math.Max(at, 40);
                    break;
            }
        }

        return result.ToString();
    }

    [Test]
    public void The_committed_text_is_what_clang_makes_of_the_sources()
    {
        string script = Path.Combine(Repository(), "tests", "VirtualGpu.Tests", "Kernels", "build.sh");
        if (!File.Exists("/usr/bin/clang-14")) Assert.Ignore("clang-14 is not installed: apt-get install clang-14");
        string folder = Directory.CreateTempSubdirectory("cudanet-ptx").FullName;
        try
        {
            using var process = Process.Start(new ProcessStartInfo("sh", [script, folder]) { RedirectStandardError = true })!;
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero, errors);
            foreach (string file in Directory.EnumerateFiles(folder))
                Assert.That(File.ReadAllText(file), Is.EqualTo(File.ReadAllText(Path.Combine(TestDevice.Folder, Path.GetFileName(file)))), "run build.sh: " + Path.GetFileName(file));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "CudaNet.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("No folder above the tests holds CudaNet.sln.");
    }
}
