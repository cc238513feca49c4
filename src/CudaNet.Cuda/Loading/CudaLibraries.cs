using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CudaNet.Cuda.Nvrtc;

namespace CudaNet.Cuda.Loading;

/// <summary>The libraries of CUDA 11, 12 and 13, and the resolver that finds them for our native declarations.</summary>
internal static class CudaLibraries
{
    public const string DriverKey = "cuda", NvrtcKey = "nvrtc", CublasKey = "cublas", CublasLtKey = "cublaslt", CudnnKey = "cudnn", NvmlKey = "nvml";

    public static CudaNativeLibrary Driver { get; } = new(DriverKey, "CUDA driver",
        "Install NVIDIA's driver (Debian: nvidia-driver; a container: run it with the GPUs passed in).",
        ["libcuda.so.1"], ["nvcuda.dll"]);

    public static CudaNativeLibrary Nvrtc { get; } = new(NvrtcKey, "NVRTC",
        "Install CUDA's run-time compiler (Debian non-free: libnvrtc11.2 and libnvrtc-builtins11.8; NVIDIA's repository: cuda-nvrtc-12-x).",
        ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so.11.1", "libnvrtc.so.11.0"],
        ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll", "nvrtc64_112_0.dll", "nvrtc64_111_0.dll", "nvrtc64_110_0.dll"])
    {
        AfterLoading = NvrtcBuiltins.Preload,
    };

    public static CudaNativeLibrary CublasLt { get; } = new(CublasLtKey, "cuBLASLt",
        "Install cuBLAS (Debian non-free: libcublaslt11; NVIDIA's repository: libcublas-12-x).",
        ["libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so.11"], ["cublasLt64_13.dll", "cublasLt64_12.dll", "cublasLt64_11.dll"]);

    public static CudaNativeLibrary Cublas { get; } = new(CublasKey, "cuBLAS",
        "Install cuBLAS (Debian non-free: libcublas11; NVIDIA's repository: libcublas-12-x).",
        ["libcublas.so.13", "libcublas.so.12", "libcublas.so.11"], ["cublas64_13.dll", "cublas64_12.dll", "cublas64_11.dll"])
    {
        Needs = CublasLt,
    };

    public static CudaNativeLibrary Cudnn { get; } = new(CudnnKey, "cuDNN",
        "Install cuDNN (NVIDIA's repository: libcudnn9-cuda-12 or libcudnn8).",
        ["libcudnn.so.9", "libcudnn.so.8"], ["cudnn64_9.dll", "cudnn64_8.dll"]);

    public static CudaNativeLibrary Nvml { get; } = new(NvmlKey, "NVML",
        "It comes with NVIDIA's driver (Debian: libnvidia-ml1).",
        ["libnvidia-ml.so.1"], ["nvml.dll"]);

    public static IReadOnlyList<CudaNativeLibrary> All { get; } = [Driver, Nvrtc, Cublas, CublasLt, Cudnn, Nvml];

    // A resolver has to be there before the first native call from this assembly, whichever it is. A static constructor
    // of each class of native methods would need no initializer, but need not run before an extern method.
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void Install() => NativeLibrary.SetDllImportResolver(typeof(CudaLibraries).Assembly, Resolve);
#pragma warning restore CA2255

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        foreach (var library in All)
            if (library.Key == name)
                return library.Load().Handle;
        return 0;
    }
}
