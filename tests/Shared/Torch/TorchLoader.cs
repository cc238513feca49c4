using System.Runtime.InteropServices;
using TorchSharp;

namespace CudaNet.Shared;

/// <summary>Loads the native part of TorchSharp, also where the C++ library is older than the one it was linked with.</summary>
/// <remarks>
/// TorchSharp 0.107 asks for GLIBCXX_3.4.32 (GCC 13) for the sake of one initialiser that nothing calls; Debian 12
/// ends at 3.4.30, and the plain load fails. There, a copy in which that request is optional is loaded beside the
/// original, which stays as it is. TorchSharp's own load then finds the copy by its shared-object name.
/// </remarks>
internal static class TorchLoader
{
    private const string NeverCalledSymbol = "_ZSt21ios_base_library_initv";
    private const string NewerVersion = "GLIBCXX_3.4.32";

    private static readonly Lazy<string?> Outcome = new(TryLoad);

    /// <summary>Why torch cannot be used in this process; null when it can. The first call loads it.</summary>
    internal static string? Problem => Outcome.Value;

    private static string? TryLoad()
    {
        try
        {
            if (OperatingSystem.IsLinux())
                PreloadOnLinux();
            torch.InitializeDeviceType(DeviceType.CPU);
            using var probe = torch.ones(2);
            return probe.sum().item<float>() == 2 ? null : "torch is loaded, but 1 + 1 is not 2 in it";
        }
        catch (Exception failure) when (failure is DllNotFoundException or NotSupportedException or InvalidDataException
            or IOException or UnauthorizedAccessException or TypeInitializationException or EntryPointNotFoundException)
        {
            return $"torch cannot be loaded here: {FirstLine(failure)}";
        }
    }

    private static void PreloadOnLinux()
    {
        var original = FindNative("libLibTorchSharp.so");
        if (original is null)
            return;
        // Kept loaded: otherwise a failed load below would map and relocate its 460 MB for nothing.
        NativeLibrary.Load(Path.Combine(Path.GetDirectoryName(original)!, "libtorch_cpu.so"));
        try
        {
            NativeLibrary.Load(original);
        }
        catch (DllNotFoundException tooOld) when (tooOld.Message.Contains(NewerVersion, StringComparison.Ordinal))
        {
            NativeLibrary.Load(WriteMendedCopy(original));
        }
    }

    private static string WriteMendedCopy(string original)
    {
        var image = File.ReadAllBytes(original);
        WeakVersion.Apply(image, NeverCalledSymbol, NewerVersion);
        // Beside the original, because its dependencies are looked up in its own folder.
        var mended = Path.ChangeExtension(original, ".mended.so");
        // Renaming replaces the file at one stroke: another process sees the old copy or the new one, both whole,
        // and one that has the old copy mapped keeps it.
        var draft = $"{mended}.{Environment.ProcessId}-{Guid.NewGuid():N}";
        try
        {
            File.WriteAllBytes(draft, image);
            File.Move(draft, mended, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
        return mended;
    }

    private static string? FindNative(string file)
    {
        // The host lists the folders of the packages' native files; the plain output folder is the published layout.
        var hostFolders = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        var runtime = $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        return hostFolders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", runtime, "native"))
            .Append(AppContext.BaseDirectory)
            .Select(folder => Path.Combine(folder, file))
            .FirstOrDefault(File.Exists);
    }

    private static string FirstLine(Exception failure)
    {
        var message = failure is TypeInitializationException { InnerException: { } inner } ? inner.Message : failure.Message;
        return message.Split('\n', 2)[0].Trim();
    }
}
