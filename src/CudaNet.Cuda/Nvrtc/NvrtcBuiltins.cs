using System.Runtime.InteropServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Nvrtc;

/// <summary>NVRTC opens a second library with its built-in headers by soname, at the first compilation. That fails where
/// NVRTC itself was found by its full path, unless the second is loaded already: so we load it first.</summary>
internal static unsafe class NvrtcBuiltins
{
    /// <summary>The name that the loaded version looks for.</summary>
    public static string? Name { get; private set; }

    /// <summary>True if it was loaded, or the question does not arise.</summary>
    public static bool Found { get; private set; } = true;

    public static void Preload(LoadedLibrary nvrtc)
    {
        if (!NativeLibrary.TryGetExport(nvrtc.Handle, "nvrtcVersion", out var address)) return;
        int major, minor;
        if (((delegate* unmanaged<int*, int*, int>)address)(&major, &minor) != 0) return;
        Name = OperatingSystem.IsWindows() ? $"nvrtc-builtins64_{major}{minor}.dll" : $"libnvrtc-builtins.so.{major}.{minor}";
        var folder = Path.GetDirectoryName(nvrtc.FindPath());
        Found = (folder is not null && NativeLibrary.TryLoad(Path.Combine(folder, Name), out _)) || NativeLibrary.TryLoad(Name, out _);
    }
}
