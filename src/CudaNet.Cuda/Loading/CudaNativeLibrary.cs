using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Loading;

/// <summary>One of NVIDIA's libraries: the names it has in the versions we know, loaded when it is first called.</summary>
/// <param name="key">The name that our native declarations use.</param>
/// <param name="title">The name that people use.</param>
/// <param name="advice">What to install where it is missing.</param>
/// <param name="linux">Sonames, the preferred one first. There is no unversioned one without a development package.</param>
/// <param name="windows">Names of the DLL, in the same order.</param>
internal sealed class CudaNativeLibrary(string key, string title, string advice, string[] linux, string[] windows)
{
    private readonly Lock _loading = new();
    private readonly ConcurrentDictionary<string, nint> _exports = new();
    private LoadedLibrary? _loaded;

    public string Key => key;

    public string Title => title;

    public string Advice => advice;

    /// <summary>The names to look for on this system; empty where NVIDIA publishes no such library.</summary>
    public string[] Names => OperatingSystem.IsWindows() ? windows : OperatingSystem.IsLinux() ? linux : [];

    /// <summary>Runs once after the library is loaded, before its first call.</summary>
    public Action<LoadedLibrary>? AfterLoading { get; init; }

    /// <summary>Libraries that this one needs. Loaded from the same folder before it: a library that was named with
    /// its folder does not look for its own dependencies there.</summary>
    public CudaNativeLibrary? Needs { get; init; }

    /// <summary>An environment variable that names the file to load instead, for a machine with several versions. Then no other
    /// is looked for.</summary>
    public string OverrideVariable => $"CUDANET_{key.ToUpperInvariant()}_LIBRARY";

    /// <summary>What is looked for, for messages.</summary>
    public string[] LookedFor => Chosen is { } file && Names.Length > 0 ? [$"{file} of {OverrideVariable}"] : Names;

    private string? Chosen => Environment.GetEnvironmentVariable(OverrideVariable) is { Length: > 0 } file ? file : null;

    /// <exception cref="CudaLibraryException">It is not here.</exception>
    public LoadedLibrary Load()
    {
        var loaded = TryLoad();
        return loaded.Handle != 0 ? loaded : throw new CudaLibraryException(title, LookedFor, advice, loaded.Error);
    }

    public LoadedLibrary TryLoad()
    {
        if (Volatile.Read(ref _loaded) is { } known) return known;
        lock (_loading)
        {
            if (_loaded is { } other) return other;
            Needs?.TryLoad();
            var loaded = Find();
            if (loaded.Handle != 0) AfterLoading?.Invoke(loaded);
            Volatile.Write(ref _loaded, loaded);
            return loaded;
        }
    }

    /// <summary>True if the library is here and has this entry point.</summary>
    public bool Has(string export) => TryLoad().Handle is var handle and not 0 &&
        _exports.GetOrAdd(export, static (name, from) => NativeLibrary.TryGetExport(from, name, out var address) ? address : 0, handle) != 0;

    /// <summary>Refuses a call that the loaded version has not.</summary>
    /// <exception cref="CudaLibraryException">It is not here, or too old, or too new.</exception>
    public void Demand(string export, string availability)
    {
        var loaded = Load();
        if (!Has(export)) throw new CudaLibraryException(title, loaded.Name, export, availability);
    }

    private LoadedLibrary Find()
    {
        if (Names.Length == 0) return new(0, "", $"NVIDIA has no {title} for this operating system");
        string? error = null;
        foreach (var candidate in Candidates())
        {
            // A full path that is there but does not load has a reason that the user should see.
            if (Path.IsPathRooted(candidate) && !File.Exists(candidate)) continue;
            try
            {
                return new(NativeLibrary.Load(candidate), Path.GetFileName(candidate), null);
            }
            catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
            {
                if (Reason(failure.Message) is { } reason) error = reason;
            }
        }
        return new(0, "", error);
    }

    private IEnumerable<string> Candidates()
    {
        if (Chosen is { } chosen)
        {
            yield return chosen;
            yield break;
        }
        foreach (var folder in SearchFolders.Explicit)
            foreach (var name in Names)
                yield return Path.Combine(folder, name);
        foreach (var name in Names) yield return name;
        foreach (var name in Names)
            foreach (var folder in SearchFolders.WellKnown)
                yield return Path.Combine(folder, name);
    }

    /// <summary>What the system's loader has against a file that is there. The rest of the runtime's message is advice for debugging.</summary>
    private static string? Reason(string message) => message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(1)
        .FirstOrDefault(line => line.Contains(": ", StringComparison.Ordinal) && !line.Contains("No such file or directory", StringComparison.Ordinal));
}
