using System.Collections.Concurrent;
using System.Diagnostics;
using CudaNet.Cuda.Codegen;
using CudaNet.Cuda.Kernels;

namespace CudaNet.Tests;

/// <summary>PTX of generated programs as clang makes it, each compiled once.</summary>
internal static class ClangPrograms
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> Known = new();

    /// <summary>Whether clang 14 can be called.</summary>
    public static bool HasClang { get; } = File.Exists("/usr/bin/clang-14");

    public static string Compile(GeneratedKernel kernel)
    {
        if (!HasClang) Assert.Ignore("clang-14 is not installed: apt-get install clang-14.");
        return Known.GetOrAdd(kernel.Name, _ => new(() => Run(kernel))).Value;
    }

    /// <summary>The part of a text that was generated, for messages.</summary>
    public static string Program(GeneratedKernel kernel) => kernel.Name + "\n" + kernel.Source[kernel.Source.LastIndexOf("extern \"C\"", StringComparison.Ordinal)..];

    private static string Run(GeneratedKernel kernel)
    {
        var folder = Directory.CreateTempSubdirectory("cudanet-codegen-").FullName;
        try
        {
            foreach (var name in (string[])["common.cuh", "clang.cuh"]) File.WriteAllText(Path.Combine(folder, name), KernelSources.Text(name));
            File.WriteAllText(Path.Combine(folder, "program.cu"), kernel.Source);
            string[] arguments =
            [
                "-x", "cuda", "--cuda-device-only", "--cuda-gpu-arch=sm_80", "-nocudainc", "-nocudalib", "-fdeclspec", "-include", "clang.cuh",
                "-O3", "-std=c++17", "-S", "-Xclang", "-target-feature", "-Xclang", "+ptx75", "-Wno-tautological-compare", "-o", "program.ptx", "program.cu",
            ];
            using var process = Process.Start(new ProcessStartInfo("clang-14", arguments) { WorkingDirectory = folder, RedirectStandardError = true })!;
            var log = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.That(log, Is.Empty, Program(kernel));
            return File.ReadAllText(Path.Combine(folder, "program.ptx"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
