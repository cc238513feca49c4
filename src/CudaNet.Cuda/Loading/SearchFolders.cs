namespace CudaNet.Cuda.Loading;

/// <summary>Where libraries may lie beside the places that the system's loader knows.</summary>
internal static class SearchFolders
{
    /// <summary>Folders that go first, in the form of PATH.</summary>
    public const string Variable = "CUDANET_LIBRARY_PATH";

    public static string[] Explicit =>
        Environment.GetEnvironmentVariable(Variable)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Where NVIDIA's own installers put things, which no loader searches by itself.</summary>
    public static IEnumerable<string> WellKnown => OperatingSystem.IsWindows() ? Windows() : Linux();

    private static IEnumerable<string> Linux()
    {
        foreach (var root in Toolkits("/usr/local", "cuda*")) yield return Path.Combine(root, "lib64");
        // Windows' subsystem for Linux puts the driver here.
        yield return "/usr/lib/wsl/lib";
    }

    private static IEnumerable<string> Windows()
    {
        var programs = Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles);
        var roots = Toolkits(Path.Combine(programs, "NVIDIA GPU Computing Toolkit", "CUDA"), "v*")
            .Concat(Toolkits(Path.Combine(programs, "NVIDIA", "CUDNN"), "v*"));
        if (Environment.GetEnvironmentVariable("CUDA_PATH") is { Length: > 0 } chosen) roots = roots.Prepend(chosen);
        foreach (var root in roots)
        {
            yield return Path.Combine(root, "bin");
            // CUDA 13 moved its DLLs one folder down.
            yield return Path.Combine(root, "bin", "x64");
        }
    }

    private static IEnumerable<string> Toolkits(string parent, string pattern)
    {
        try
        {
            return Directory.Exists(parent) ? Directory.GetDirectories(parent, pattern).OrderDescending(StringComparer.Ordinal) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
