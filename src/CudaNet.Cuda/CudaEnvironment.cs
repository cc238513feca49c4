using CudaNet.Cuda.Cublas;
using CudaNet.Cuda.Cudnn;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Loading;
using CudaNet.Cuda.Nvml;
using CudaNet.Cuda.Nvrtc;

namespace CudaNet.Cuda;

/// <summary>What this machine has of CUDA.</summary>
public static class CudaEnvironment
{
    /// <summary>A row for each library, always in the same order. Raises nothing, whatever the state of the machine.</summary>
    public static IReadOnlyList<CudaEnvironmentRow> Describe() =>
    [
        Describe(CudaLibraries.Driver, () => ($"CUDA {CudaDriver.Version}", Devices())),
        Describe(CudaLibraries.Nvrtc, () => (NvrtcCompiler.Version.ToString(),
            NvrtcBuiltins.Found ? null : $"{NvrtcBuiltins.Name} is missing, so that nothing compiles. {CudaLibraries.Nvrtc.Advice}")),
        Describe(CudaLibraries.Cublas, () => (CublasHandle.LibraryVersion.ToString(), null)),
        Describe(CudaLibraries.CublasLt, () => (CublasLt.LibraryVersion.ToString(), null)),
        Describe(CudaLibraries.Cudnn, () => (CudnnHandle.LibraryVersion.ToString(), null)),
        Describe(CudaLibraries.Nvml, () => ($"driver {NvmlDevice.DriverVersion}", null)),
    ];

    private static CudaEnvironmentRow Describe(CudaNativeLibrary library, Func<(string Version, string? Detail)> look)
    {
        var loaded = library.TryLoad();
        if (loaded.Handle == 0)
            return new(library.Title, false, null, null, null, library.Names.Length == 0 ? loaded.Error : $"not found ({string.Join(", ", library.LookedFor)}). {library.Advice}");
        try
        {
            var (version, detail) = look();
            return new(library.Title, true, loaded.Name, loaded.FindPath(), version, detail);
        }
        catch (Exception error) when (error is CudaNetException or EntryPointNotFoundException)
        {
            return new(library.Title, true, loaded.Name, loaded.FindPath(), null, error.Message.ReplaceLineEndings(" "));
        }
    }

    /// <summary>The devices, or why there are none; the driver can be here without them.</summary>
    private static string Devices()
    {
        try
        {
            return string.Join("; ", CudaDevice.All.Select(device => device.ToString()));
        }
        catch (CudaNetException error)
        {
            return error.Message.ReplaceLineEndings(" ");
        }
    }
}
