using System.Diagnostics;

namespace CudaNet.Cuda.Loading;

/// <summary>What came of loading a library.</summary>
/// <param name="Handle">Zero where it is missing.</param>
/// <param name="Name">The name under which it was found.</param>
/// <param name="Error">Why it was not.</param>
internal sealed record LoadedLibrary(nint Handle, string Name, string? Error)
{
    /// <summary>The file that the system's loader took; null where it does not tell.</summary>
    public string? FindPath()
    {
        if (Handle == 0) return null;
        try
        {
            return OperatingSystem.IsWindows() ? FindModule() : FindMapping();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private string? FindModule()
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>().FirstOrDefault(module => string.Equals(module.ModuleName, Name, StringComparison.OrdinalIgnoreCase))?.FileName;
    }

    /// <summary>The mapping has the file behind the soname's link: libx.so.11.8.89 for libx.so.11.2.</summary>
    private string? FindMapping()
    {
        var stem = Name.IndexOf(".so", StringComparison.Ordinal) is >= 0 and var end ? Name[..(end + 3)] : Name;
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var slash = line.IndexOf('/');
            if (slash >= 0 && Path.GetFileName(line[slash..]).StartsWith(stem, StringComparison.Ordinal)) return line[slash..].TrimEnd();
        }
        return null;
    }
}
