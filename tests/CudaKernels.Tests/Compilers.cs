using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace CudaNet.Tests;

/// <summary>The two compilers of kernels, where they are installed.</summary>
internal static partial class Compilers
{
    private const string Nvrtc = "libnvrtc.so.11.2";

    /// <summary>Whether clang 14, whose text is the one that lies beside the sources, can be called.</summary>
    public static bool HasClang { get; } = File.Exists("/usr/bin/clang-14");

    /// <summary>Whether NVRTC can be loaded.</summary>
    public static bool HasNvrtc { get; } = NativeLibrary.TryLoad(Nvrtc, out _);

    /// <summary>Where the sources lie for the compiler.</summary>
    private static string Folder => Path.Combine(TestContext.CurrentContext.TestDirectory, "kernels");

    public static string Clang(KernelSpec spec)
    {
        string output = Path.GetTempFileName();
        try
        {
            string[] arguments =
            [
                "-x", "cuda", "--cuda-device-only", "--cuda-gpu-arch=sm_80", "-nocudainc", "-nocudalib", "-fdeclspec", "-include", "clang.cuh",
                "-O3", "-std=c++17", "-S", "-Xclang", "-target-feature", "-Xclang", "+ptx75", .. spec.DefineList.Select(define => "-D" + define),
                "-o", output, spec.Source + ".cu",
            ];
            using var process = Process.Start(new ProcessStartInfo("clang-14", arguments) { WorkingDirectory = Folder, RedirectStandardError = true })!;
            string log = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.That(log, Is.Empty, spec.Name);
            Assert.That(process.ExitCode, Is.Zero, spec.Name);
            return File.ReadAllText(output);
        }
        finally
        {
            File.Delete(output);
        }
    }

    /// <summary>Compiles down to machine code, which is what looks into inline PTX; returns the log of a failure, empty when it is none.</summary>
    public static string CompileWithNvrtc(KernelSpec spec, string architecture)
    {
        string source = KernelSources.Text(spec.Source + ".cu");
        string[] options = [$"--gpu-architecture={architecture}", "--std=c++17", .. spec.DefineList.Select(define => "-D" + define)];
        Check(nvrtcCreateProgram(out nint program, source, spec.Source + ".cu", KernelSources.Headers.Count, [.. KernelSources.Headers.Select(header => header.Text)], [.. KernelSources.Headers.Select(header => header.Name)]));
        try
        {
            int status = nvrtcCompileProgram(program, options.Length, options);
            if (status == 0) return "";
            Check(nvrtcGetProgramLogSize(program, out nuint size));
            byte[] log = new byte[(int)size];
            Check(nvrtcGetProgramLog(program, log));
            return $"status {status}: {Encoding.UTF8.GetString(log)}";
        }
        finally
        {
            Check(nvrtcDestroyProgram(ref program));
        }
    }

    private static void Check(int status) => Assert.That(status, Is.Zero, "status of NVRTC");

    [LibraryImport(Nvrtc, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int nvrtcCreateProgram(out nint program, string source, string name, int count, string[] headers, string[] names);

    [LibraryImport(Nvrtc, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int nvrtcCompileProgram(nint program, int count, string[] options);

    [LibraryImport(Nvrtc)]
    private static partial int nvrtcGetProgramLogSize(nint program, out nuint size);

    [LibraryImport(Nvrtc)]
    private static partial int nvrtcGetProgramLog(nint program, [Out] byte[] log);

    [LibraryImport(Nvrtc)]
    private static partial int nvrtcDestroyProgram(ref nint program);
}
