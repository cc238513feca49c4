using CudaNet.Cuda.Nvrtc;

namespace CudaNet.Cuda.Compilation;

/// <summary>The compilers of this machine, with the cache that the environment asks for.</summary>
public static class KernelCompilers
{
    /// <summary>For cards: NVRTC, else clang; null if neither is here, where only embedded kernels run.</summary>
    public static IKernelCompiler? ForCard() => NvrtcCompiler.IsAvailable ? Cached(new NvrtcKernelCompiler()) : ForVirtualDevice();

    /// <summary>For the virtual GPU: clang, never NVRTC, whose licence keeps its output to NVIDIA's cards; null if there is none.</summary>
    public static IKernelCompiler? ForVirtualDevice() => ClangKernelCompiler.IsAvailable ? Cached(new ClangKernelCompiler()) : null;

    private static CachedKernelCompiler Cached(IKernelCompiler compiler) => new(compiler, KernelDiskCache.FromEnvironment());
}
