using System.Text;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Nvrtc;

namespace CudaNet.Tests;

/// <summary>The two compilers of kernels, where they are installed.</summary>
internal static class Compilers
{
    /// <summary>Whether clang 14, whose text is the one that lies beside the sources, can be called.</summary>
    public static bool HasClang { get; } = ClangKernelCompiler.IsAvailable && new ClangKernelCompiler().Version.StartsWith("clang 14.", StringComparison.Ordinal);

    /// <summary>Whether NVRTC can be loaded.</summary>
    public static bool HasNvrtc { get; } = NvrtcCompiler.IsAvailable;

    public static string Clang(KernelSpec spec) =>
        Encoding.UTF8.GetString(Compile(new ClangKernelCompiler { LineInfo = false, WarningsAsErrors = true }, spec, "sm_80"));

    /// <summary>Compiles down to machine code, which is what looks into inline PTX.</summary>
    public static byte[] CompileWithNvrtc(KernelSpec spec, string architecture) => Compile(new NvrtcKernelCompiler(), spec, architecture);

    private static byte[] Compile(IKernelCompiler compiler, KernelSpec spec, string architecture) =>
        compiler.Compile(spec.Source + ".cu", KernelSources.Text(spec.Source + ".cu"), spec.DefineList, architecture);
}
