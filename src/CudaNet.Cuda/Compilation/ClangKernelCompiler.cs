using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CudaNet.Cuda.Kernels;

namespace CudaNet.Cuda.Compilation;

/// <summary>Makes PTX by clang, which needs no CUDA toolkit for it: <c>clang.cuh</c> declares what is built in. Its PTX runs on
/// cards and on the virtual GPU.</summary>
/// <remarks>PTX runs on every later card, so that an architecture which this clang does not know becomes one that it does.</remarks>
public sealed partial class ClangKernelCompiler : IKernelCompiler
{
    private const int Oldest = 14;
    private const string Advice = "Install clang 14 or later (Debian: clang-14), or name its program in CUDANET_CLANG.";

    // The first is the one whose PTX is embedded.
    private static readonly string[] Names = ["clang-14", "clang", .. Enumerable.Range(Oldest + 1, 10).Select(version => $"clang-{version}")];
    private static readonly Lazy<(string Path, Version Version)?> Found = new(Find);

    private readonly string _path;
    private readonly Version _version;
    private readonly IReadOnlyDictionary<string, string> _headers;

    /// <summary>Takes a clang.</summary>
    /// <param name="headers">Headers by name, clang.cuh among them; null for those of <c>kernels/</c>.</param>
    /// <param name="path">Its program; null for the one that is found.</param>
    /// <exception cref="CudaLibraryException">There is none, or it is too old.</exception>
    public ClangKernelCompiler(IReadOnlyDictionary<string, string>? headers = null, string? path = null)
    {
        (_path, _version) = (path is null ? Found.Value : Ask(path)) ?? throw new CudaLibraryException("clang", path is null ? Candidates() : [path], Advice, null);
        _headers = headers ?? KernelSources.Headers;
    }

    /// <summary>True if there is a clang that can be used.</summary>
    public static bool IsAvailable => Found.Value is not null;

    /// <summary>Source lines in the PTX, so that findings of the virtual GPU name them. Off for what is embedded.</summary>
    public bool LineInfo { get; init; } = true;

    /// <summary>A warning is an error: for kernels that are compiled ahead.</summary>
    public bool WarningsAsErrors { get; init; }

    /// <summary>After this the compiler is ended. Kernels take a second or two.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public string Version => $"clang {_version}{(LineInfo ? " with lines" : "")}";

    /// <inheritdoc/>
    /// <exception cref="KernelCompilationException">It does not compile, or not in time.</exception>
    public byte[] Compile(string name, string source, IReadOnlyList<string> defines, string architecture)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(defines);
        var (target, features) = TargetOf(architecture);
        var file = SafeName(name);
        var settings = string.Join(' ', defines.Prepend(target));
        var folder = Directory.CreateTempSubdirectory("cudanet-clang-").FullName;
        try
        {
            foreach (var (header, text) in _headers) File.WriteAllText(Path.Combine(folder, header), text);
            File.WriteAllText(Path.Combine(folder, file), source);
            string[] arguments =
            [
                "-x", "cuda", "--cuda-device-only", $"--cuda-gpu-arch={target}", "-nocudainc", "-nocudalib", "-fdeclspec", "-include", "clang.cuh",
                "-O3", "-std=c++17", .. LineInfo ? ["-gline-directives-only"] : Array.Empty<string>(), .. WarningsAsErrors ? ["-Werror"] : Array.Empty<string>(), "-S", "-Xclang", "-target-feature", "-Xclang", $"+{features}", .. defines.Select(define => "-D" + define),
                "-o", "kernel.ptx", file,
            ];
            var (code, log) = Run(_path, arguments, folder, TimeLimit);
            // Line tables name files with their folder, which nobody finds again.
            if (code == 0) return Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(folder, "kernel.ptx")).Replace($"\"{folder}/./", "\"", StringComparison.Ordinal).Replace($"\"{folder}/", "\"", StringComparison.Ordinal));
            if (code is null) throw new KernelCompilationException(Version, settings, file, 0, $"clang was ended since it took more than {TimeLimit.TotalSeconds:0} s", log);
            var error = FirstError().Match(log);
            throw error.Success
                ? new KernelCompilationException(Version, settings, error.Groups["file"].Value, int.Parse(error.Groups["line"].ValueSpan, CultureInfo.InvariantCulture), error.Groups["text"].Value, log)
                : new KernelCompilationException(Version, settings, file, 0, $"clang ended with code {code}", log);
        }
        finally
        {
            Delete(folder);
        }
    }

    /// <summary>The target that is compiled for and the version of PTX that it needs.</summary>
    private (string Target, string Features) TargetOf(string architecture)
    {
        var asked = Architectures().Match(architecture);
        if (!asked.Success) throw new ArgumentException($"'{architecture}' is no architecture such as sm_80.", nameof(architecture));
        // One with a letter is of one card only, and clang has to know it.
        if (asked.Groups["letter"].Length > 0) return (architecture, "ptx80");
        var number = int.Parse(asked.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
        if (number >= 90 && _version.Major >= 16) return ("sm_90", "ptx78");
        return number >= 80 ? ("sm_80", "ptx75") : ($"sm_{number}", "ptx75");
    }

    private static (string Path, Version Version)? Find()
    {
        foreach (var candidate in Candidates())
            if (Ask(candidate) is { } found)
                return found;
        return null;
    }

    private static string[] Candidates() => Environment.GetEnvironmentVariable("CUDANET_CLANG") is { Length: > 0 } named ? [named] : Names;

    private static (string Path, Version Version)? Ask(string path)
    {
        try
        {
            var (code, text) = Run(path, ["--version"], null, TimeSpan.FromSeconds(20));
            var version = code == 0 ? VersionLine().Match(text) : Match.Empty;
            return version.Success && System.Version.Parse(version.Groups["version"].Value) is var known && known.Major >= Oldest ? (path, known) : null;
        }
        catch (CudaLibraryException)
        {
            return null;
        }
    }

    /// <summary>Runs a program to its end, or ends it; returns its code, null if it was ended, and all that it wrote.</summary>
    private static (int? Code, string Output) Run(string path, IReadOnlyList<string> arguments, string? folder, TimeSpan limit)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        // Messages are read, so they have to be in English, and no folder of somebody else's headers is looked into.
        start.Environment["LC_ALL"] = "C";
        foreach (var variable in new[] { "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH" }) start.Environment.Remove(variable);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            var ended = process.WaitForExit(limit);
            if (!ended) process.Kill(entireProcessTree: true);
            // A process that it left behind may hold the pipes open.
            Task.WaitAll([output, errors], TimeSpan.FromSeconds(5));
            var text = (output.IsCompletedSuccessfully ? output.Result : "") + (errors.IsCompletedSuccessfully ? errors.Result : "");
            return (ended ? process.ExitCode : null, text.Trim());
        }
        catch (Win32Exception error)
        {
            throw new CudaLibraryException("clang", [path], Advice, error.Message);
        }
    }

    /// <summary>A name of a file in our folder, which is no option and none of our own files.</summary>
    private string SafeName(string name)
    {
        var letters = name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or '=' ? letter : '_').Take(120).ToArray();
        var safe = new string(letters).TrimStart('-', '.');
        return safe.Length == 0 || safe == "kernel.ptx" || _headers.ContainsKey(safe) ? $"source_{safe}" : safe;
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The system clears its temporary folder; the kernel is what counts.
        }
    }

    [GeneratedRegex(@"clang version (?<version>\d+\.\d+\.\d+)")]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"^sm_(?<number>\d{2,3})(?<letter>[af]?)$")]
    private static partial Regex Architectures();

    [GeneratedRegex(@"^(\./)?(?<file>[^:\n]+):(?<line>\d+):\d+: (fatal )?error: (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex FirstError();
}
