using System.Text;
using CudaNet.Cuda.Codegen;
using CudaNet.Cuda.Compilation;

namespace CudaNet.Tests;

/// <summary>PTX of generated programs as clang makes it, each compiled once.</summary>
internal static class ClangPrograms
{
    private static readonly Lazy<IKernelCompiler> Compiler = new(() => new CachedKernelCompiler(new ClangKernelCompiler { LineInfo = false }, KernelDiskCache.FromEnvironment()));

    public static string Compile(GeneratedKernel kernel)
    {
        if (!ClangKernelCompiler.IsAvailable) Assert.Ignore("clang is not installed: apt-get install clang-14.");
        return Encoding.UTF8.GetString(Compiler.Value.Compile(kernel.Name + ".cu", kernel.Source, [], "sm_80"));
    }
}
